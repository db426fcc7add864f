"""One file a command, its name the command; each defines `command`."""
