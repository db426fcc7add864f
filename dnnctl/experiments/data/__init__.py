"""Looking at data before training on it: checks and pictures."""
