"""Text to speech: over WebSocket as the SDKs speak it, over REST, and the list of voices."""
