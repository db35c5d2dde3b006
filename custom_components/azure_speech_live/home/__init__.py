"""What can be said in this home, and what follows for a command: whether it is complete, and which reading is meant."""
