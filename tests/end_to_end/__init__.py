"""Real processes: Home Assistant as `hass`, the stand-in Speech service, a browser. Nothing is replaced."""
