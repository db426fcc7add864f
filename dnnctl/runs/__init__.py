"""A run on disk: every file name, the manifest, the history, and finding a run."""
