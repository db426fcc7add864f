"""The one reader of tables in text, for training and for predictions: from bytes to columns of numbers and categories."""
