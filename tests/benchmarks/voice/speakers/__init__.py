"""The speakers: programs that have an answer spoken as they are told, and say when which sound came."""
