"""A microphone of this machine as a satellite of a voice assistant."""
