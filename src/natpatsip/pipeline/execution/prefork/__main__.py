"""The warm process: ``python -m natpatsip.pipeline.execution.prefork FD``, FD being the socket that asks for forks."""

import sys

from natpatsip.pipeline.execution.prefork.forking import main

main(int(sys.argv[1]))
