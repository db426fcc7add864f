"""Plots of a run: one file a plot, each with `draw(context)`."""
