"""Notebooks on a Dask cluster: the plan is worked through here, each notebook runs on whichever worker is free.

No disk is shared. A task carries in what its notebook may read, and carries the executed notebook out. Who does what:

``client``    the build's side: connects, sees that every worker is like this machine, hands tasks out
``worker``    the worker's side: unpacks a task, runs it as a build here would, and returns what came of it
``versions``  what both sides must have in common
"""

from __future__ import annotations

from natpatsip.errors import ReportError


class ClusterError(ReportError):
    """The cluster cannot be reached, has other versions, or was lost."""
