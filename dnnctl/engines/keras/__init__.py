"""Training and predicting with Keras on TensorFlow."""
