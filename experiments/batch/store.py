"""Where finished runs go: into a log at once, into a part when its range is complete.

The design is cut into ranges of the same length, one a part. While a range has runs to come its
finished ones stand in a log; then the part is written, then a note with its hash, and the log goes.
At every moment a process may be killed: what a log or a part holds is found again, and nothing is
kept twice. Memory does not grow with results.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from experiments.batch.atomic import digest_of, sync_folder
from experiments.batch.failure import WORKER, Failure
from experiments.batch.journal import Log
from experiments.batch.notes import JOURNAL, Note, note_path, read_note, write_note
from experiments.batch.parts import PARTS, part_files, read_records, write_part
from experiments.batch.record import Floats, Layout
from experiments.batch.work import Outcome

__all__ = ["DONE", "FAILED", "JOURNAL", "WAITING", "Store", "part_length"]

WAITING, DONE, FAILED = 0, 1, 2
_SYNC_SECONDS = 2.0
_MOST_BYTES = 32 << 20
_FEWEST_PARTS = 8


def part_length(runs: int, layout: Layout) -> int:
    """Runs of a part: several parts an experiment, none so large that memory would notice."""
    return max(1, min(-(-runs // _FEWEST_PARTS), _MOST_BYTES // max(1, layout.nbytes)))


class Store:
    """The finished runs of a folder; one writer at a time, see `lock`.

    Args:
        folder: of the experiment.
        layout: of a record.
        runs: of the design.
        length: runs of a part.

    Attributes:
        state: `WAITING`, `DONE` or `FAILED` of each run.
        damaged: files that were not as written when the store was opened; their runs wait anew.
    """

    def __init__(self, folder: Path, layout: Layout, runs: int, length: int) -> None:
        self.folder = folder
        self.layout = layout
        self.length = length
        self.state: npt.NDArray[np.uint8] = np.zeros(runs, dtype=np.uint8)
        self.damaged: list[str] = []
        self._logs: dict[int, Log] = {}
        self._synced = time.monotonic()
        for name in (PARTS, JOURNAL):
            (folder / name).mkdir(exist_ok=True)
        try:
            for number in range(self.parts):
                self._open(number)
        except BaseException:
            self.close()
            raise

    @property
    def parts(self) -> int:
        """How many parts the design is cut into."""
        return -(-len(self.state) // self.length)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Runs that wait, are done, have failed."""
        found = np.bincount(self.state, minlength=3)
        return int(found[WAITING]), int(found[DONE]), int(found[FAILED])

    def waiting(self, order: Sequence[int] | None = None) -> Iterator[int]:
        """Runs to come, as they stand when each is asked for.

        Args:
            order: all runs, as they should come; that of the design if none.
        """
        if order is not None:
            yield from (run for run in order if self.state[run] == WAITING)
            return
        for start in range(0, len(self.state), self.length):
            block = np.flatnonzero(self.state[start : start + self.length] == WAITING)
            yield from (start + int(k) for k in block)

    def range_of(self, number: int) -> range:
        """Runs of a part."""
        start = number * self.length
        return range(start, min(start + self.length, len(self.state)))

    def put(self, outcomes: Sequence[Outcome]) -> None:
        """Keeps what became of jobs; a job that is kept already stays as it is.

        Raises:
            OSError: the disk is full, or fails. What was kept before is kept.
        """
        touched: dict[int, list[Outcome]] = {}
        for one in outcomes:
            if self.state[one.run] == WAITING:
                touched.setdefault(one.run // self.length, []).append(one)
        for number, own in touched.items():
            self._log(number).add(own)
            for one in own:
                self.state[one.run] = FAILED if isinstance(one.result, Failure) else DONE
        for number in touched:
            self._close_if_complete(number)
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            self.sync()

    def end_at(self, runs: int) -> None:
        """Ends the design after so many runs, which are all there: no others are wanted.

        What is there of others goes: a run that was tried again may have made an earlier end.
        """
        if runs >= len(self.state):
            return
        for number in range(-(-runs // self.length), self.parts):
            self._remove(number)
        last = (runs - 1) // self.length
        beyond = [run for run in self.range_of(last) if run >= runs and self.state[run] != WAITING]
        if beyond:
            self._reopen(last, beyond)
        self.state = self.state[:runs].copy()
        if read_note(self.folder, last) is None:
            self._close_if_complete(last)

    def sync(self) -> None:
        """Makes all that was kept last through a cut of power."""
        for log in self._logs.values():
            log.sync()
        self._synced = time.monotonic()

    def close(self) -> None:
        """Syncs and closes the logs."""
        with suppress(OSError):  # a full disk was told already
            self.sync()
        for log in self._logs.values():
            log.close()
        self._logs.clear()

    def notes(self) -> Iterator[Note]:
        """What is noted of each complete part."""
        for number in range(self.parts):
            note = read_note(self.folder, number)
            if note is not None:
                yield note

    @property
    def mean_seconds(self) -> float:
        """Of the runs that are there; 0 if none is."""
        seconds = [value for note in self.notes() for value in note.seconds]
        seconds += [e.seconds for log in self._logs.values() for e in log.entries.values()]
        return sum(seconds) / len(seconds) if seconds else 0.0

    def records(self, number: int) -> tuple[list[int], Floats]:
        """Runs of a part that have numbers so far, and their records (runs, layout.size)."""
        if read_note(self.folder, number) is not None:
            return read_records(self.folder, number, self.layout)
        if not self._log_path(number).exists():
            return [], np.empty((0, self.layout.size))
        runs, records, _ = self._log(number).read(self.layout.size)
        return runs, records

    def failures(self) -> dict[int, Failure]:
        """All failures so far, by run."""
        found = {}
        for number in range(self.parts):
            if not (self.state[self.range_of(number)] == FAILED).any():
                continue
            note = read_note(self.folder, number)
            if note is None:
                found.update(self._log(number).read(self.layout.size)[2])
            else:
                found.update(note.failures)
        return dict(sorted(found.items()))

    def try_again(self, stages: Sequence[str] | None = (WORKER,)) -> int:
        """Has runs that failed wait anew, and says how many.

        Args:
            stages: at which they failed; all if none.
        """
        again: dict[int, list[int]] = {}
        for index, failure in self.failures().items():
            if stages is None or failure.stage in stages:
                again.setdefault(index // self.length, []).append(index)
        for number, runs in again.items():
            self._reopen(number, runs)
        return sum(len(runs) for runs in again.values())

    def remove_journal(self) -> None:
        """Removes logs and notes, when all of them say stands in other files."""
        self.close()
        for path in sorted((self.folder / JOURNAL).iterdir()):
            path.unlink()
        (self.folder / JOURNAL).rmdir()

    # -- inside

    def _log_path(self, number: int) -> Path:
        return self.folder / JOURNAL / f"{number:05d}.log"

    def _log(self, number: int) -> Log:
        if number not in self._logs:
            self._logs[number] = Log(self._log_path(number))
        return self._logs[number]

    def _open(self, number: int) -> None:
        """Finds what of a part is there, and is as it was written."""
        note = read_note(self.folder, number)
        place = note_path(self.folder, number)
        own = self.range_of(number)
        if note is not None:
            wrong = [n for n, sha in note.files.items() if not _is(self.folder / n, sha)]
            if not wrong:
                self.state[own[: len(note.seconds)]] = DONE
                self.state[list(note.failures)] = FAILED
                self._log_path(number).unlink(missing_ok=True)
                if len(note.seconds) < len(own):  # the design was ended within this part
                    self._reopen(number, [])
                return
            self.damaged += wrong
        elif place.exists():
            self.damaged.append(f"{JOURNAL}/{place.name}")
        place.unlink(missing_ok=True)
        if not self._log_path(number).exists():
            return
        log = self._log(number)
        for entry in log.entries.values():
            if entry.run in own:
                self.state[entry.run] = FAILED if entry.failed else DONE
        self._close_if_complete(number)

    def _close_if_complete(self, number: int) -> None:
        """Writes the part, once its range has no runs to come."""
        own = self.state[self.range_of(number)]
        if (own == WAITING).any():
            return
        log = self._log(number)
        runs, records, failures = log.read(self.layout.size)
        files = write_part(self.folder, number, self.layout, runs, records)
        seconds = [log.entries[i].seconds for i in self.range_of(number)]
        write_note(self.folder, number, Note(files, seconds, failures))
        del self._logs[number]
        log.close()
        log.path.unlink()
        sync_folder(log.path.parent)

    def _remove(self, number: int) -> None:
        """Removes all that is there of a part."""
        if number in self._logs:
            self._logs.pop(number).close()
        self._log_path(number).unlink(missing_ok=True)
        note_path(self.folder, number).unlink(missing_ok=True)
        for name in part_files(self.layout, number).values():
            (self.folder / name).unlink(missing_ok=True)

    def _reopen(self, number: int, runs: Sequence[int]) -> None:
        """Has some runs of a part wait; what else it holds goes back into a log."""
        note = read_note(self.folder, number)
        if note is None:
            log = self._log(number)
            seconds = {i: entry.seconds for i, entry in log.entries.items()}
            good, records, failures = log.read(self.layout.size)
            self._logs.pop(number).close()
        else:
            good, records = read_records(self.folder, number, self.layout)
            failures = dict(note.failures)
            # A part may be shorter than its range: the design was ended within it.
            seconds = dict(zip(self.range_of(number), note.seconds, strict=False))
        pairs = [(i, r) for i, r in zip(good, records, strict=True) if i not in runs]
        kept = [Outcome(i, r, seconds[i]) for i, r in pairs]
        kept += [Outcome(i, f, seconds[i]) for i, f in failures.items() if i not in runs]
        fresh = self._log_path(number).with_suffix(".again")
        fresh.unlink(missing_ok=True)
        log = Log(fresh)
        log.add(sorted(kept, key=lambda one: one.run))
        log.sync()
        log.close()
        # In this order: with a note the log is not read, and without both the runs are done anew.
        fresh.replace(self._log_path(number))
        note_path(self.folder, number).unlink(missing_ok=True)
        sync_folder(fresh.parent)
        self.state[list(runs)] = WAITING


def _is(path: Path, sha: str) -> bool:
    """Whether a file is there with this hash."""
    return path.is_file() and digest_of(path) == sha
