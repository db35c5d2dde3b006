"""The part *captions* of the benchmark: the card, in a real browser at a real Home Assistant."""
