"""Where the files of data sets come from, and how they are read."""
