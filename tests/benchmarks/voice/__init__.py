"""The benchmark's part *voice*: every way to have an answer spoken while it is written, side by side.

    voice/ ─► figures ─► stage ─┬─ service.py    the stand-in, with premade sound, at some paces, behind slow networks
       │                        └─ speakers/     a process each: ours, SDKs, REST
       └──► report ─► goals

An agent writes the same answer for all of them (see request.py). The service takes the same time to its first sound for
all of them, so that what differs is their own.
"""
