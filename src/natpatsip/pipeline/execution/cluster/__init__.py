"""Notebooks on a Dask cluster: the build decides their order here, and each runs on whichever worker is free.

No disk is shared. A task carries in what its notebook may read, and carries the executed notebook out.
"""
