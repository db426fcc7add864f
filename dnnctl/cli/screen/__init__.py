"""What commands show: tables, live bars, and the end of a training."""
