"""What notebooks import: the vocabulary of the report."""
