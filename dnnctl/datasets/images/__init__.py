"""From an image file to the pixels a network takes: the same way for training and for predictions."""
