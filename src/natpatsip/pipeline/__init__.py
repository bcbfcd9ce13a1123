"""The build: notebooks, params and data of a quarter become a report, in one direction and with no way back."""
