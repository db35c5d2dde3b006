"""Live captions: one source of speech, told as it is spoken to the dashboards that show it."""
