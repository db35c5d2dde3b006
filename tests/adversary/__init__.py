"""Attacks on purpose, from the side of the service and of the household: each is caused, and must do no harm."""
