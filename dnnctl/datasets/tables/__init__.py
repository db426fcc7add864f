"""The one reader of tables in text, for trainings and predictions: from bytes to columns of numbers and categories."""
