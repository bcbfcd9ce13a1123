"""Warm execution: each notebook runs in a fork of one process that has the libraries in memory.

A kernel of its own costs a notebook a second or two of imports; a fork of the warm process has them already, and is
as isolated. Who does what:

``server``   the build's side: starts the warm process, early and in the background, and stops it
``forking``  the warm process: imports by ``preload``, then forks for each notebook that the build asks for
``shell``    a fork: IPython's own kernel, whose messages go down a socket to the build (``streams``: what is printed)
``child``    the build's side of one fork: asks, listens, and notices where it dies or hangs
``engine``   the papermill engine ``natpatsip-warm``, over all of that

Nothing that a fork imports may import papermill: papermill loads its engines as it is imported, and would find this
one half made.
"""

from natpatsip.pipeline.execution.prefork.server import start, stop

__all__ = ["start", "stop"]
