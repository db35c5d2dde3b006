"""Text in, audio out: what a voice is asked for, which voices there are, and what becomes of their sound."""
