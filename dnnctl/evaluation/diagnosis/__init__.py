"""The verdict on a fit: what the figures show, how sure that is, and the settings that are known to help."""
