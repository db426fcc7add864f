"""The losses: one file a loss, its name the key used in YAML.

Each file defines `Loss`, the loss's specification: its options, the tasks and the output it fits, its NumPy form
(value and gradient) and its Keras form.
"""
