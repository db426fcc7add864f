"""What trains a network: Keras on TensorFlow, or NumPy alone."""
