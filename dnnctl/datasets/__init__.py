"""The data sets: one file a source, its name the key used in YAML.

Each file defines `Options`, `describe(options) -> DatasetInfo` (what is known without any data) and
`load(options, places) -> Dataset`.
"""
