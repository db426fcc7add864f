"""Reading the files of data sets as they were published, and downloading them."""
