"""Finished networks at work: load a run, evaluate it, predict with it."""
