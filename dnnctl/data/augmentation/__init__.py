"""Random changes to training pictures: what is drawn for each, how pixels move, and rows made ahead of need."""
