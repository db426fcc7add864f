"""The optimizers in NumPy: one file each, its name the key used in YAML.

Each defines `Optimizer`, made from its specification and the sizes of the weights. All weights of a
network are one vector, so a step is a few operations on it; it is walked in blocks that stay in the
processor's cache.
"""
