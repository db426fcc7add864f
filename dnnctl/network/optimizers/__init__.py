"""The optimizers: one file each, its name the key used in YAML.

Each file defines `Optimizer`, the optimizer's specification: its settings, the running values it keeps, its NumPy form
and its Keras form.
"""
