"""Rows larger than memory: read in groups out of their files, as they are asked for."""
