"""Reading tables of one's own: how a file is written, what its columns hold, and what is odd about them."""
