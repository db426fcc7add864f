"""What the kinds of input share: rows out of arrays, and the drawing in an image."""
