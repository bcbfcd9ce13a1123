"""The report's own Python, which its notebooks import: ``from helpers import …``."""
