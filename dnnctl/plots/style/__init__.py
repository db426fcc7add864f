"""How all plots look: sizes, colours and text; no plugins."""
