"""The command `kemitraan`: exit codes, and errors as messages instead of tracebacks.

0 done, 1 some run failed, 2 wrong use or invalid input, 3 done but a check did not
pass, 130 interrupted.
"""

from __future__ import annotations

import _thread
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

# Before numpy loads: threads make small matrix products slower on a busy machine, and
# workers bring their own parallelism.
for _name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
    os.environ.setdefault(f"{_name}_NUM_THREADS", "1")

from sim.errors import KemitraanError  # noqa: E402

__all__ = ["main"]

_FAILED = 1
_INTERRUPTED = 130
_SOON = 0.05  # seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: the words after `kemitraan`; by default those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Works before and after the command's name, like every option.
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    _write_utf8()
    try:
        with _interrupts_heard():
            code = _run(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        _say(_told("interrupted", words))
        return _INTERRUPTED
    except BrokenPipeError:
        return _reader_gone()
    except Exception as error:
        if debug:
            raise
        return _report(error, words)
    if code == _INTERRUPTED:
        _say(_told("interrupted", words))
    return code


@contextmanager
def _interrupts_heard() -> Iterator[None]:
    """An interrupt that comes in the middle of a library's callback is not lost.

    Nothing can be raised through one, such as those of LLVM while kernels are loaded: Python notes
    what it drops, and the interrupt comes again a moment later.
    """
    inner = sys.unraisablehook

    def noted(dropped: sys.UnraisableHookArgs) -> None:
        if dropped.exc_type is not KeyboardInterrupt:
            inner(dropped)
            return
        again = threading.Timer(_SOON, _interrupt)
        again.daemon = True
        again.start()

    sys.unraisablehook = noted
    try:
        yield
    finally:
        sys.unraisablehook = inner


def _interrupt() -> None:
    """An interrupt of the main thread, also where it waits for something."""
    send = getattr(signal, "pthread_kill", None)  # not on every system
    if send is None:
        _thread.interrupt_main()
    else:
        send(threading.main_thread().ident, signal.SIGINT)


def _run(words: list[str]) -> int:
    from experiments.cli.app import ReaderGone, app  # noqa: PLC0415  # after the thread variables

    try:
        result = app(words, prog_name="kemitraan", standalone_mode=False)
    except ReaderGone:
        return _reader_gone()
    return result if isinstance(result, int) else 0


def _told(text: str, words: Sequence[str]) -> str:
    """A message in the language that the command line asks for."""
    from experiments.cli.speech import asked_language, error_words  # noqa: PLC0415

    return error_words(text, asked_language(words))


def _shown(show: Callable[..., object], words: Sequence[str]) -> str:
    """What Typer would show of an error, likewise."""
    from experiments.cli.speech import asked_language, usage_words  # noqa: PLC0415

    text = io.StringIO()
    show(file=text)
    return usage_words(text.getvalue().rstrip("\n"), asked_language(words))


def _report(error: Exception, words: Sequence[str]) -> int:
    """The error as a message on stderr; the exit code it asks for."""
    if isinstance(error, KemitraanError):
        _say(_told(str(error), words))
        return error.exit_code
    show = getattr(error, "show", None)
    if callable(show) and isinstance(getattr(error, "exit_code", None), int):
        _say(_shown(show, words))  # Typer's own: a wrong option, with the usage line
        return 2
    text = " ".join(str(error).split())[:300]
    detail = f"{type(error).__name__}: {text}" if text else type(error).__name__
    _say(_told(f"internal error: {detail}; run again with --debug to see where", words))
    return _FAILED


def _say(message: str) -> None:
    with suppress(BrokenPipeError, ValueError):
        print(message, file=sys.stderr, flush=True)


def _write_utf8() -> None:
    """UTF-8 into files and pipes on every system; a screen keeps its own encoding."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            if stream.isatty():
                reconfigure(errors="replace")
            else:
                reconfigure(encoding="utf-8", errors="replace")


def _reader_gone() -> int:
    """The program that read our output stopped, as `head` does: end without a word."""
    # The interpreter flushes stdout at exit, which would complain again.
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
    return 0
