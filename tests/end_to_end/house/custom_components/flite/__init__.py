"""The demo house's voice: the flite program, so that the house can answer aloud without the internet."""
