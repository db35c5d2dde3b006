"""The benchmark's part *people*: how soon after a person's last word there is its text, and how many are cut short.

    people/ ─► played ─► house ─┬─ Home Assistant, a process, with a pipeline for each way to end a command
       │                        └─ the stand-in, which knows the recordings and where they are quiet
       ├──► orders, own     recordings, their words, and the sentences that are understood
       └──► report

Recordings are played in real time, several at once, each through every pipeline. With ``--quick`` they are those of
this repository, which machines speak, with pauses put into them.
"""
