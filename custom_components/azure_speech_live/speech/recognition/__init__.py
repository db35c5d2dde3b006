"""Audio in, events out: utterances, the turns that they take, and what the service's answers mean."""
