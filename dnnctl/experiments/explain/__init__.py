"""Looking closely: are the gradients right, and what does a training step do."""
