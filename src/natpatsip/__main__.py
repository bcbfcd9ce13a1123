"""The command's beginning: ``natpatsip``, and ``python -m natpatsip`` where the console script is not at hand."""

import signal

from natpatsip.interrupts import interrupt, stopped_by


def main() -> None:
    """Run the command line; Ctrl-C is looked after first, since importing the commands takes a while."""
    with stopped_by(signal.SIGINT, interrupt):
        from natpatsip.cli import main as run

        run()


if __name__ == "__main__":
    main()
