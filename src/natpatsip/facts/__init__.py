"""Facts: each number of a report is published once, by its owner, and cited everywhere else."""
