"""Pictures that are not drawn from a run; they are no plugins."""
