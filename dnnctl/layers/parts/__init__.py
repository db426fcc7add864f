"""What layers are made of: first values, penalties, and the plan of a whole network."""
