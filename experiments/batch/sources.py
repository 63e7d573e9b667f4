"""Which source files a function's numbers can hang on: its module's, and all it imports of ours.

Found by reading, not by importing: an import inside a function counts as one at the top.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from experiments.batch.held import held_by
from experiments.batch.work import called

__all__ = ["DATA", "PACKAGES", "ROOT", "source_digest", "source_digests"]

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "scenarios", "experiments", "kemitraan")
DATA = ("sim/parameters/*.yaml", "sim/parameters/goods.csv")
"""Files beside the sources that a run reads; regions and scenarios are part of what is asked."""
NO_NUMBERS = ("sources.yaml",)
HELD = "values held by"
_IMPORT = re.compile(r"^[ \t]*import[ \t]+(.+)$", re.MULTILINE)
_FROM = re.compile(
    r"^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*)", re.MULTILINE
)
_NAME = re.compile(r"[A-Za-z_]\w*")


def source_digests(function: Callable[..., Any]) -> dict[str, str]:
    """SHA-256 of each file, by its path within the program or beside the function's own module.

    Line ends do not count, as versioning tools change them. What the function holds beside its
    source, such as the arguments of a `functools.partial`, is one entry more.

    Raises:
        KemitraanError: it holds something that cannot be told apart from others.
    """
    found = _of_files(function)
    held = held_by(function, _of_files)
    return found if held is None else {**found, f"{HELD} {called(function)}": held}


def _of_files(function: Callable[..., Any]) -> dict[str, str]:
    """SHA-256 of each source file, or of the source itself where it was typed."""
    inner = getattr(function, "func", function)  # of functools.partial
    module = sys.modules.get(getattr(inner, "__module__", ""), None)
    files = dict(_files(module))
    if any(name.startswith("sim/") for name in files):
        for pattern in DATA:
            found = (path for path in ROOT.glob(pattern) if path.name not in NO_NUMBERS)
            files.update((path.relative_to(ROOT).as_posix(), path) for path in found)
    digests = {name: source_digest(path.read_bytes()) for name, path in sorted(files.items())}
    if not digests:  # typed into a console: the code itself is all there is
        digests[f"{getattr(inner, '__qualname__', type(inner).__name__)} as typed"] = source_digest(
            _typed(inner)
        )
    return digests


def _files(module: ModuleType | None) -> Iterator[tuple[str, Path]]:
    """Label and path of every source file."""
    origin = getattr(module, "__file__", None)
    if module is None or origin is None or not Path(origin).is_file():
        return
    own = Path(origin).resolve()
    roots = {name: ROOT / name for name in PACKAGES if (ROOT / name).is_dir()}
    top, _, rest = module.__name__.partition(".")
    if module.__name__ == "__main__":
        yield own.name, own
        waiting = list(_imported(own.read_text(encoding="utf-8"), ""))
    else:
        if top not in roots:
            folder = own.parents[rest.count(".") + (own.name == "__init__.py")] if rest else own
            roots[top] = folder
        waiting = [module.__name__]
    seen = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = _path(name, roots)
        if path is None:
            continue
        root = roots[name.partition(".")[0]].parent
        yield path.relative_to(root).as_posix(), path
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        waiting += _imported(path.read_text(encoding="utf-8"), package)
        waiting += [name.rpartition(".")[0]] if "." in name else []


def _path(name: str, roots: Mapping[str, Path]) -> Path | None:
    """The file of a module of ours; none for other modules, and for names that are no module."""
    top, *rest = name.split(".")
    root = roots.get(top)
    if root is None:
        return None
    if root.is_file():
        return root if not rest else None
    folder = root.joinpath(*rest)
    for path in (folder.with_suffix(".py") if rest else folder / "__init__.py",
                 folder / "__init__.py"):  # fmt: skip
        if path.is_file():
            return path
    return None


def _imported(text: str, package: str) -> Iterator[str]:
    """Names that a source imports: modules, and what might be a module of a package."""
    for match in _IMPORT.finditer(text):
        for part in match.group(1).split(","):
            words = part.split()
            if words:
                yield words[0]
    for match in _FROM.finditer(text):
        dots, name, names = match.groups()
        base = name
        if dots:
            parts = package.split(".")
            kept = parts[: len(parts) - (len(dots) - 1)]
            base = ".".join([*kept, *([name] if name else [])])
        if base:
            yield base
            body = re.sub(r"#[^\n]*", "", names)
            yield from (f"{base}.{each}" for each in _NAME.findall(body))


def _typed(function: Any) -> bytes:  # noqa: ANN401  # a function without a file
    try:
        return inspect.getsource(function).encode()
    except (OSError, TypeError):
        code = getattr(function, "__code__", None)
        return repr((code.co_code, code.co_consts, code.co_names) if code else function).encode()


def source_digest(content: bytes) -> str:
    """SHA-256 of a source file, whatever its line ends."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
