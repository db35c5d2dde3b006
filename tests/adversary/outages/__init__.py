"""The outages: spoken commands by the hundred while the Speech service goes away, misbehaves and comes back.

``python -m tests.adversary.outages --help``. A real Home Assistant listens through our recognizer, which has a second
engine, a real one in a process of its own; one more person speaks to that engine alone, for comparison.
"""
