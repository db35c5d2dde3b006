"""The integration in Home Assistant's own test harness, with the stand-in Speech service as its counterpart."""
