"""What was said, as people read it: phrases put together, by speaker, as lines of subtitles."""
