"""The whole job: from a configuration to a finished run."""
