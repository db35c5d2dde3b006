"""Which languages there are: what is chosen, what they are called, what a translation is in; and what a word is."""
