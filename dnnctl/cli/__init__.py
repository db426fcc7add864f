"""The command line: each command is one file in `commands/`, over the library."""
