"""Files of every project: CSV that spreadsheets open safely, YAML that people write, hashes, paths as published."""
