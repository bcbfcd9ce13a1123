"""A signal that ends a command is not lost while Python imports."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from natpatsip.interrupts import interrupt, receives, stopped_by

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no timer that sends a signal")

# As an extension does that discards exceptions in its initialisation: lxml's registers a class so.
DISCARDS = """
import os, signal
try:
    os.kill(os.getpid(), {signal})
    for turn in range(1000):
        pass
except BaseException:
    pass
"""
COMMAND = """
import signal, sys, time
from natpatsip.interrupts import interrupt, stopped_by
with stopped_by(signal.{signal}, interrupt):
    import discards
    time.sleep(30)
print("was not stopped")
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_during_an_import_stops_the_program_once_it_has_ended(tmp_path, name):
    number = int(getattr(signal, name))
    (tmp_path / "discards.py").write_text(DISCARDS.format(signal=number))
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(COMMAND.format(signal=name))],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert ended.returncode in {-signal.SIGINT, 130}, ended
    assert "KeyboardInterrupt" in ended.stderr
    assert not ended.stdout


def test_outside_an_import_the_program_stops_where_it_stands():
    counted = []
    with pytest.raises(KeyboardInterrupt), stopped_by(signal.SIGTERM, interrupt):
        _count_to_a_million(counted)
    assert len(counted) < 1_000_000


def _count_to_a_million(counted):
    os.kill(os.getpid(), signal.SIGTERM)
    for number in range(1_000_000):
        counted.append(number)


def test_the_handler_of_before_is_back_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with stopped_by(signal.SIGTERM, interrupt):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert not receives(signal.SIGTERM)
        with stopped_by(signal.SIGTERM, interrupt):
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


TWICE = """
import signal, sys, time
from natpatsip.interrupts import interrupt, stopped_by
try:
    with stopped_by(signal.SIGINT, interrupt):
        import impatient
except KeyboardInterrupt:
    time.sleep(0.2)
    print("ended in order", signal.getsignal(signal.SIGALRM) is signal.SIG_DFL)
"""
SIGNALS = """
import os, signal
for _ in range({times}):
    os.kill(os.getpid(), signal.SIGINT)
    for turn in range(1000):
        pass
"""


@pytest.mark.parametrize("times", [1, 2])
def test_a_program_that_is_stopped_is_not_stopped_again_while_it_ends(tmp_path, times):
    (tmp_path / "impatient.py").write_text(SIGNALS.format(times=times))
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", TWICE], env=environment, capture_output=True, text=True, timeout=20)
    assert (ended.stdout, ended.returncode) == ("ended in order True\n", 0), ended.stderr
