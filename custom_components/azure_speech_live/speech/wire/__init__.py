"""Bytes to and from the service: addresses, credentials, framing, connections, failures. It knows nothing of speech."""
