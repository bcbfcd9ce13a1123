"""Execution: notebooks run in order, each on a kernel of its own."""
