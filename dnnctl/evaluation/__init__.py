"""What predictions are worth: metrics, trivial baselines, and a verdict on the fit."""
