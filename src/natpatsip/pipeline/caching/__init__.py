"""Caching: what was built before, and what each result depends on."""
