"""The warm process: ``python -m helpers.build.warm FD``, with the socket on which the build asks for forks."""

import sys

from helpers.build.warm.forking import main

main(int(sys.argv[1]))
