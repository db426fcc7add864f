"""Data from the user's disk: one file a source, its name the key in `data`, as `data: {csv: {...}}`.

Each file defines the same as a data set's; `describe` has to read the data, as nobody else knows what is in it.
"""
