"""Training and predicting with NumPy alone."""
