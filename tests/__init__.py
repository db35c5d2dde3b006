"""Tests. Nothing here replaces our own code: counterparts are real servers, sockets and processes."""
