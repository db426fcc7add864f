"""How inputs for a prediction are read: one file a kind, each with `ENDINGS` and `read(...)`."""
