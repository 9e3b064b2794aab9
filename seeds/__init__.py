"""Demo data: two fictional bureaus as YAML, and the loader that lives their weeks."""
