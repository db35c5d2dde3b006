"""The fault table: what can go wrong on the wire, and what a caller gets then, as data, tests and documentation."""
