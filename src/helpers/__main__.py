"""``python -m helpers``: the command line, where the console script is not at hand."""

from helpers.cli import main

if __name__ == "__main__":
    main()
