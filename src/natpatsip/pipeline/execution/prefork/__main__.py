"""The fork server: ``python -m natpatsip.pipeline.execution.prefork SOCKET FILE``, two file descriptors."""

import gc
import sys

gc.disable()  # as `main` does for its own imports

from natpatsip.pipeline.execution.prefork.server import main  # noqa: E402

main(int(sys.argv[1]), int(sys.argv[2]))
