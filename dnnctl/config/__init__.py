"""The configuration: its schema, reading YAML with positions, overrides, and checks."""
