"""Several trainings of one configuration: cross-validation, repetition, and the processes they run in."""
