"""What is done to data before training: who is in which split, in which order, on which scale."""
