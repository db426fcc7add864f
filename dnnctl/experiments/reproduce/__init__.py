"""Training a run again and comparing bit by bit."""
