"""Real engines behind Home Assistant's own Wyoming protocol, on this machine: what a home without internet still has.

PocketSphinx hears and espeak-ng speaks, in a process of their own: ``python -m tests.wyoming_engines --help``. They are
the home's second engines in tests and in the demo, through Home Assistant's `wyoming` integration.
"""
