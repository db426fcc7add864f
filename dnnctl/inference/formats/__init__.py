"""How predictions are written: one file a format, each with `write(...)`."""
