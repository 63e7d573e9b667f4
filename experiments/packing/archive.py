"""Zip files that are the same each time, and zip files of strangers read with care."""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from experiments.batch.atomic import whole_file
from sim.errors import KemitraanError

__all__ = ["DAMAGED", "MOST_BYTES", "MOST_FILES", "extract", "write_zip", "zip_of"]

MOST_FILES = 200_000
MOST_BYTES = 64 << 30
"""Of all files together, unpacked."""
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
    ValueError, OverflowError,
)  # fmt: skip
"""What reading a damaged zip raises."""
_MOST_RATIO = 100
"""Unpacked bytes a packed one, of a zip of more than `_SMALL` bytes: tables reach about 20."""
_SMALL = 1 << 30
_DAY = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16
_UNIX = 3
_BLOCK = 1 << 20
_STORED = (".png", ".parquet", ".whl", ".npz")
"""Packed already."""
_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{k}" for d in ("com", "lpt") for k in range(10))}


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files, in the order of their names and without the time."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in sorted(files.items()):
            archive.writestr(_entry(name), content)
    return whole.getvalue()


def write_zip(path: Path, files: Mapping[str, bytes | Path]) -> None:
    """Writes a zip as a whole: under a temporary name, synced, renamed.

    Args:
        path: of the zip.
        files: content, or a file that holds it, by name in the zip.

    Raises:
        OSError: it cannot be written; nothing stays.
    """
    with whole_file(path) as beside, zipfile.ZipFile(beside, "w", allowZip64=True) as archive:
        for name, content in sorted(files.items()):
            if isinstance(content, bytes):
                archive.writestr(_entry(name), content)
                continue
            entry = _entry(name)
            entry.file_size = content.stat().st_size
            member = archive.open  # bytes, unlike a path's
            with content.open("rb") as source, member(entry, "w") as target:
                while block := source.read(_BLOCK):
                    target.write(block)


def _entry(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, _DAY)
    found.compress_type = zipfile.ZIP_STORED if name.endswith(_STORED) else zipfile.ZIP_DEFLATED
    found.external_attr = _MODE
    found.create_system = _UNIX
    return found


def extract(path: Path, target: Path, *, most_bytes: int = MOST_BYTES) -> list[str]:
    """Unpacks a zip into an empty folder; nothing in it is trusted.

    Args:
        path: of the zip.
        target: that is filled.
        most_bytes: unpacked, of all files.

    Returns:
        Names of the files.

    Raises:
        KemitraanError: it is no zip, is damaged, or holds what no pack does: a name that leads out
            of the folder, a link, a name twice, too many bytes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            _refuse_odd(path, entries, most_bytes)
            for entry in entries:
                _unpack(path, archive, entry, target)
    except DAMAGED as error:
        raise KemitraanError(f"{path}: is no zip, or a damaged one: {error}") from error
    except OSError as error:
        raise _not_read(path, target, error) from error
    return [entry.filename for entry in entries]


def _not_read(path: Path, target: Path, error: OSError) -> KemitraanError:
    """Why a file was not read, or not unpacked."""
    if not path.exists():
        return KemitraanError(f"{path}: no such file; give the zip that pack wrote")
    if path.is_dir():
        return KemitraanError(f"{path}: is a folder; give the zip that pack wrote")
    why = str(error.strerror or error).replace(str(target), "")
    return KemitraanError(f"{path}: cannot be read or unpacked: {why}")


def _refuse_odd(path: Path, entries: list[zipfile.ZipInfo], most_bytes: int) -> None:
    """Refuses what no pack holds, before anything is unpacked."""
    if len(entries) > MOST_FILES:
        raise KemitraanError(f"{path}: holds {len(entries)} files, more than {MOST_FILES}")
    size = sum(one.file_size for one in entries)
    if size > most_bytes:
        raise KemitraanError(f"{path}: unpacks to {size} bytes, more than {most_bytes}")
    if size > max(_SMALL, _MOST_RATIO * path.stat().st_size):
        raise KemitraanError(f"{path}: unpacks to {size} bytes, far more than it has; no pack")
    seen = set()
    for one in entries:
        name = one.filename
        if not _is_plain(name) or stat.S_ISLNK(one.external_attr >> 16):
            raise KemitraanError(f"{path}: holds {name!r}, which leads out of the folder; no pack")
        if name.casefold() in seen:
            raise KemitraanError(f"{path}: holds {name!r} twice; no pack does")
        seen.add(name.casefold())


def _is_plain(name: str) -> bool:
    """Whether a name stays below a folder on every system."""
    parts = name.split("/")
    if PurePosixPath(name).is_absolute() or not all(c.isprintable() for c in name):
        return False
    if any(c in name for c in '\\:*?"<>|'):
        return False
    return all(
        part not in ("", ".", "..")
        and part == part.rstrip(" .")
        and part.partition(".")[0].lower() not in _DEVICES
        for part in parts
    )


def _unpack(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    place = target.joinpath(*entry.filename.split("/"))
    place.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size  # as told; a file that goes on is cut
    member = archive.open  # bytes, unlike a path's
    with member(entry) as source, place.open("xb") as file:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise KemitraanError(f"{path}: {entry.filename!r} is longer than it says; no pack")
            file.write(block)
