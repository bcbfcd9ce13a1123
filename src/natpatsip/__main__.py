"""``python -m natpatsip``: the command line, where the console script is not at hand."""

from natpatsip.cli import main

if __name__ == "__main__":
    main()
