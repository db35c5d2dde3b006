"""Which languages there are: what is chosen, what they are called, and what a translation is in."""
