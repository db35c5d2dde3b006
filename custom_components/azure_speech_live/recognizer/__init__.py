"""What a recognizer is told: its settings, the home's names, and how it writes what was said."""
