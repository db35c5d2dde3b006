"""The demo house's speaker: a media player that needs no device."""
