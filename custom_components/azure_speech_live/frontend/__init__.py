"""The dashboard card: one ES module, and what has Home Assistant load it."""
