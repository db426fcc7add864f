"""Where rows come from: named data sets, the user's own tables, arrays and pictures, and what all of them need."""
