"""Data from the user's disk: one file a source, its name the key in `data`, as `data: {csv: {...}}`.

Each file defines `Options`, `load`, `load_more` (other rows of the same form) and `digests`. What is in such
data is only known once it is read.
"""
