"""The fork server: ``python -m natpatsip.pipeline.execution.prefork SOCKET FILE [PROJECT QUARTER]``.

The first two are file descriptors; the others say what to read before notebooks run.
"""

import gc
import sys

gc.disable()  # as `main` does for its own imports

from natpatsip.pipeline.execution.prefork.server import main  # noqa: E402

main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
