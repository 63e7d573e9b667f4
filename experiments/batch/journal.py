"""What is finished and not yet in a part: appended as it comes, each record with a checksum.

A process that is killed, or a disk that is full, leaves at most one torn record, and that at the
end; whatever is read up to the first torn one is whole.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments.batch.failure import Failure
from experiments.batch.record import Floats
from experiments.batch.work import Outcome

__all__ = ["Entry", "Log", "end_of", "peek", "scan"]

_MAGIC = b"KLG1"
_HEAD = struct.Struct("<4sBqdI")  # magic, kind, job, seconds, bytes that follow
_CRC = struct.Struct("<I")
_DONE, _FAILED = 0, 1


class Entry(NamedTuple):
    """Where a record stands in a log.

    Attributes:
        run: its number in the design.
        failed: whether it holds a failure.
        seconds: the run took.
        at: offset of what follows the head.
        length: of it, bytes.
    """

    run: int
    failed: bool
    seconds: float
    at: int
    length: int


class Log:
    """The finished runs of one part, in the order in which they came.

    Args:
        path: of the file; made if it is not there. A torn end is cut off.

    Attributes:
        entries: of whole records, by job.
        torn: bytes that were cut off when it was opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: dict[int, Entry] = {}
        there = path.stat().st_size if path.exists() else 0
        end = 0
        if there:
            for entry in scan(path):
                self.entries[entry.run] = entry
                end = entry.at + entry.length + _CRC.size
        self.torn = there - end
        # Without a buffer: what was handed over outlives this process.
        self._file = path.open("r+b", buffering=0) if there else path.open("wb", buffering=0)
        self._file.truncate(end)
        self._file.seek(end)
        self._end = end

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Appends what became of jobs, and hands it to the system.

        Raises:
            OSError: the disk is full, or fails; what was whole before stays whole.
        """
        pieces, entries, at = [], [], self._end
        for run, result, seconds in outcomes:
            failed = isinstance(result, Failure)
            body = result.to_bytes() if failed else result.astype("<f8", copy=False).tobytes()
            head = _HEAD.pack(_MAGIC, _FAILED if failed else _DONE, run, seconds, len(body))
            pieces += [head, body, _CRC.pack(zlib.crc32(body, zlib.crc32(head)))]
            entries.append(Entry(run, failed, seconds, at + _HEAD.size, len(body)))
            at += _HEAD.size + len(body) + _CRC.size
        self._write(b"".join(pieces))
        self._end = at
        self.entries.update((entry.run, entry) for entry in entries)

    def _write(self, content: bytes) -> None:
        """All of it, or none: what a full disk took is cut off again."""
        left = memoryview(content)
        try:
            while left:
                left = left[self._file.write(left) :]
        except BaseException:
            with suppress(OSError):
                self._file.truncate(self._end)
                self._file.seek(self._end)
            raise

    def sync(self) -> None:
        """Makes what was appended last through a cut of power."""
        os.fsync(self._file.fileno())

    def read(self, size: int) -> tuple[list[int], Floats, dict[int, Failure]]:
        """Jobs that have numbers, in order; their records (jobs, size); failures by job."""
        order = sorted(self.entries)
        good = [i for i in order if not self.entries[i].failed]
        records = np.empty((len(good), size), dtype=np.float64)
        failures = {}
        with self.path.open("rb") as file:
            for row, index in enumerate(good):
                file.seek(self.entries[index].at)
                if file.readinto(records[row].data) != 8 * size:
                    raise OSError(f"{self.path.name}: shorter than it was")
            for index in order:
                if self.entries[index].failed:
                    file.seek(self.entries[index].at)
                    failures[index] = Failure.from_bytes(file.read(self.entries[index].length))
        if sys.byteorder == "big":
            records = records.byteswap()
        return good, records, failures

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def scan(path: Path) -> Iterator[Entry]:
    """Whole records of a log, up to the first that is not."""
    with path.open("rb") as file:
        at = 0
        while True:
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                return
            magic, kind, index, seconds, length = _HEAD.unpack(head)
            if magic != _MAGIC or kind not in (_DONE, _FAILED):
                return
            body = file.read(length)
            crc = file.read(_CRC.size)
            if len(body) < length or len(crc) < _CRC.size:
                return
            if _CRC.unpack(crc)[0] != zlib.crc32(body, zlib.crc32(head)):
                return
            yield Entry(index, kind == _FAILED, seconds, at + _HEAD.size, length)
            at += _HEAD.size + length + _CRC.size


def peek(path: Path) -> Iterator[tuple[Entry, Failure | None]]:
    """Whole records of a log that somebody else may be writing to, with the failures among them."""
    with path.open("rb") as file:
        for entry in scan(path):
            failure = None
            if entry.failed:
                file.seek(entry.at)
                failure = Failure.from_bytes(file.read(entry.length))
            yield entry, failure


def end_of(path: Path) -> int:
    """Where the last whole record of a log ends."""
    end = 0
    for entry in scan(path):
        end = entry.at + entry.length + _CRC.size
    return end
