"""Media in and sound out: whatever ffmpeg can read, as audio for the service, and what is spoken, for people."""
