"""Training in processes of their own: the program that trains one member, and the handle its parent holds."""
