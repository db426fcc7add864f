"""Arrays with a row a sample: their options, what is taken for inputs and for targets, and how they are read."""
