"""The version; here and not in the package itself, which is above everything that asks for it."""

__version__ = "0.2.0"
