"""An interrupt ends a command, also one that comes while nothing can be raised."""

import ctypes
import signal
import sys
import time

from experiments.cli import app
from kemitraan import cli


def interrupted_in_a_callback():
    """An interrupt in a function that a library calls, which drops what is raised."""

    def inside():
        signal.raise_signal(signal.SIGINT)
        return 0

    kind = ctypes.CFUNCTYPE(ctypes.c_int)
    kind(inside)()


def test_an_interrupt_that_a_callback_dropped_comes_again(monkeypatch, capsys):
    def long(*_, **__):
        interrupted_in_a_callback()
        time.sleep(5)
        raise AssertionError

    monkeypatch.setattr(app, "app", long)
    # Ignored where the tests run in the background.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    begun = time.monotonic()
    try:
        assert cli.main(["list"]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - begun < 4
    assert "interrupted" in capsys.readouterr().err


def test_other_dropped_errors_are_shown_as_ever(monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", seen.append)

    def failing():
        raise ValueError("dropped")

    def short(*_, **__):
        ctypes.CFUNCTYPE(ctypes.c_int)(failing)()
        return 0

    monkeypatch.setattr(app, "app", short)
    assert cli.main(["list"]) == 0
    assert [one.exc_type for one in seen] == [ValueError]
    assert sys.unraisablehook == seen.append
