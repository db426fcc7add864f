"""Checks of what a configuration means: of the network, of the training, and of the metrics it names.

Each check yields `Finding`s: faults that make training impossible or meaningless, and warnings.
"""
