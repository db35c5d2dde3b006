"""The benchmark: every way to have speech recognised, side by side, against the same stand-in Speech service.

What is here is of that, and what both parts have in common. Answers that are spoken are in voice/.

    scripts/benchmark ─► __main__ ─► figures, scaling ─► arena ─┬─ service.py    the stand-in, with slow networks
                            │                                   └─ contenders/   a process each: ours, SDKs, REST
                            └──► report ─► goals, tables, scaling_report; plot

All processes read the same clock (CLOCK_MONOTONIC), and what the service says of an utterance is when it heard what:
see clock.py. Ratios count; no time is asserted.
"""
