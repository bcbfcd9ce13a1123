"""The fork server: ``python -m natpatsip.pipeline.execution.prefork SOCKET FILE``, two file descriptors."""

import sys

from natpatsip.pipeline.execution.prefork.server import main

main(int(sys.argv[1]), int(sys.argv[2]))
