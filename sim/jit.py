"""The one decorator for compiled kernels, and the folder their machine code is kept in.

numba's own cache looks only at the file a function stands in: a change in a helper
or a constant of another file is not noticed, and old code runs silently. The folder
is therefore named after a hash of every source file under `sim`, together with the
versions of Python, numba and numpy. A changed source means a new folder, and so a
fresh compile.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar, cast

import numba
import numpy as np

__all__ = ["Integer", "cache_folder", "cache_is_warm", "inlined", "jit", "user_cache_folder"]

F = TypeVar("F", bound=Callable[..., object])

Integer: TypeAlias = int | np.integer[Any]
"""A whole number as kernels see it: a plain one, or an element of a column."""

# numba fills this module when it is imported, so its attributes have no types.
_config: Any = numba.config

_KEPT_FOLDERS = 3
_HEX = 20
# A folder used within this time may still be read by another process: it stays.
_IN_USE_SECONDS = 3600.0


def jit(function: F) -> F:
    """Compiled version of `function`, kept on disk between runs.

    Floating point stays as written (`fastmath` off), division by zero gives infinity
    or nan as numpy does, and the interpreter lock is released. The function may use
    `math.*`, integer arithmetic, numpy arrays and other `@jit` functions.

    Args:
        function: a plain function at module level; a closure would be compiled anew
            in every process.

    Returns:
        A callable with the same arguments.
    """
    # The folder is set only while decorating (numba fixes a function's place then),
    # so that other packages that use numba keep theirs.
    return _compiled(function, "never")


def jit_as(*signatures: str) -> Callable[[F], F]:
    """As `jit`, for these types of arguments only; whole numbers of other widths are cast.

    A function that is called everywhere would otherwise be compiled once for every mixture of
    integer types that callers happen to have.

    Args:
        signatures: in numba's words, such as "f8(u8, i8)".
    """

    def decorate(function: F) -> F:
        return _compiled(function, "never", list(signatures))

    return decorate


def inlined(function: F) -> F:
    """As `jit`, but its body is copied to where it is called before anything is compiled.

    For the few small functions of a loop that the compiler then turns into vector
    instructions: it does not see through a call. Everything else is `jit`: copies make
    compiling slow.
    """
    return _compiled(function, "always")


def _compiled(
    function: F, inline: Literal["never", "always"], signatures: list[str] | None = None
) -> F:
    before = _config.CACHE_DIR
    _config.CACHE_DIR = str(cache_folder())
    try:
        compiler = numba.njit(
            signatures, cache=True, error_model="numpy", fastmath=False, nogil=True, inline=inline
        )
        return cast("F", compiler(function))
    finally:
        _config.CACHE_DIR = before


def user_cache_folder() -> Path:
    """Folder for files that can be made again, by the habit of the system.

    `KEMITRAAN_CACHE_DIR` comes first, then the usual place of Windows, macOS or the
    XDG rules. The folder need not exist yet.
    """
    chosen = os.environ.get("KEMITRAAN_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        base = Path(local) if local else Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
        # The XDG rules say that a relative path is to be ignored.
        base = xdg if xdg.is_absolute() else Path.home() / ".cache"
    return base / "kemitraan"


@cache
def cache_folder() -> Path:
    """Folder of the machine code made from exactly these sources; made when missing.

    Falls back to a temporary folder, shared with the worker processes and removed at
    the end, where the user's cache folder cannot be written to.
    """
    name = _source_hash()
    try:
        kernels = user_cache_folder() / "kernels"
        folder = _writable(kernels / name)
    except (OSError, RuntimeError):  # RuntimeError: no home folder is known
        # A new private folder: in a fixed one under the shared temporary folder
        # somebody else could lay machine code for us to run.
        base = Path(tempfile.mkdtemp(prefix="kemitraan-"))
        atexit.register(shutil.rmtree, base, ignore_errors=True)
        os.environ["KEMITRAAN_CACHE_DIR"] = str(base)
        return _writable(base / "kernels" / name)
    _remove_old(kernels, keep=name)
    return folder


def cache_is_warm(kernel: str = "*") -> bool:
    """Whether machine code of a kernel is there already; of any if none is named.

    The month, `run_month`, is what takes long to compile. A draw for a seed is compiled before.
    """
    return any(cache_folder().rglob(f"*.{kernel}-*.nbi"))


def _source_hash() -> str:
    """Name of the cache folder: a hash of all kernel sources and of the compiler."""
    root = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    versions = (sys.implementation.cache_tag, numba.__version__, np.__version__)
    digest.update(repr(versions).encode())
    sources = sorted((path.relative_to(root).as_posix(), path) for path in root.rglob("*.py"))
    for relative, path in sources:
        content = path.read_bytes()
        digest.update(f"\n{relative} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:_HEX]


def _writable(folder: Path) -> Path:
    """The folder itself, made and tried by writing to it; an OSError when it cannot be."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
    os.utime(folder)  # the time of last use, read by _remove_old
    return folder


def _remove_old(kernels: Path, keep: str) -> None:
    """Removes folders of other sources beyond the newest few; never fails.

    Another process may make, use or remove folders at the same moment, so everything
    here is tried and nothing is relied upon.
    """
    dated: list[tuple[float, Path]] = []
    try:
        entries = list(kernels.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.name != keep and re.fullmatch(rf"[0-9a-f]{{{_HEX}}}", entry.name):
            try:
                dated.append((entry.stat().st_mtime, entry))
            except OSError:
                continue
    oldest_in_use = time.time() - _IN_USE_SECONDS
    for used, folder in sorted(dated, reverse=True)[_KEPT_FOLDERS - 1 :]:
        if used < oldest_in_use:
            shutil.rmtree(folder, ignore_errors=True)
