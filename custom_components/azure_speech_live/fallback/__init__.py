"""The second engine: another of Home Assistant's engines answers where the Speech service does not."""
