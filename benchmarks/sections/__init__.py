"""What is measured, a file a section; each returns what goes into the JSON file."""
