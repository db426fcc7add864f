"""Data from the user's disk: one file a source, its name the key in `data`, as `data: {csv: {...}}`.

Each file defines the same as a data set's but for `describe`: the data is read, as nobody else knows what is in it.
"""
