"""Warm execution: each notebook runs in a fork of one process that has the libraries in memory.

A kernel of its own costs a notebook a second or two of imports; a fork has them already, and is as isolated.

``server``   the process that imports the libraries and forks; the build starts it early and asks it for forks
``process``  a fork: IPython's own kernel, whose messages go down a socket to the build
``client``   the build's side of one fork, and the papermill engine ``natpatsip-warm`` over it

Nothing that a fork imports may import papermill: papermill loads its engines as it is imported, and would find this
one half imported.
"""

from natpatsip.pipeline.execution.prefork.server import start, stop

__all__ = ["start", "stop"]
