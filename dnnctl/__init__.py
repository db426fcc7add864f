"""dnnctl: one YAML file in; a trained, evaluated, explained and reusable dense neural network out."""

__version__ = "0.1.0"
