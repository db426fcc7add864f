"""Several networks that answer as one: trained together, or combined from finished runs."""
