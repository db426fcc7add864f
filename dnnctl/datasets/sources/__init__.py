"""The named data sets: one file each, its name the key used in YAML.

Each file defines `Options`, `describe(options) -> DatasetInfo` (what is known without any data),
`find(options, places) -> str | None` (where its files are, without reading them; None if nowhere) and
`load(options, places) -> Dataset`.
"""
