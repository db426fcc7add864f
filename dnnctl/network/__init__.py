"""What a network is made of, whoever computes it: layers, losses, optimizers, and the plan that puts them in a row."""
