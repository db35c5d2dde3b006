"""The benchmark's part *ending*: how soon a command is known to be complete, how often wrongly, and what it costs.

    ending/ ─► measured ─┬─ heard.py      sentences, word by word: what is judged of them
       │                 ├─ misheard.py   sentences with words that sound alike: which reading is taken
       │                 └─ sentences.py, home.py, sampled.py    what is said, and where
       └──► report ─► tables, goals

How soon the text is there then, the part *people* tells.
"""
