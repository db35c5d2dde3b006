"""The client, module by module: its core without a socket, its shell against the stand-in Speech service."""
