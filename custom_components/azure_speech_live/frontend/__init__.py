"""The dashboard card: plain ES modules, and what has Home Assistant load them."""
