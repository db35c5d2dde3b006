"""Microsoft's own SDKs as clients of the stand-in Speech service: what they accept and do is the protocol.

Each scenario runs in a process of its own: `recognize.py` with the Python SDK (a native library), `recognize.mjs` with
the JavaScript SDK on Node.js. Both take the same scenario and report the same events, as JSON. `setup` installs them.
"""
