"""The layers of a dense network: one file a layer, its name the key used in YAML.

Each file defines `Layer`, the layer's specification: its options, the shapes of its weights, and its
Keras form.
"""
