"""What a voice says."""
