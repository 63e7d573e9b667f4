"""Which files a scenario is made of: the file, and what it extends, upwards.

Only shipped scenarios and files beside the extending one can be extended, so that a
scenario sent by somebody else reads nothing else on this machine.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenarios.checks import Checker
from scenarios.faults import Fault, ScenarioError, did_you_mean, shown
from scenarios.reader import Node, node_of, read_tree
from scenarios.source import Document, read_source
from scenarios.value_checks import Written

__all__ = ["FOLDER", "Layers", "find", "shipped"]

FOLDER = Path(__file__).parent
MAX_CHAIN = 8
_SIMPLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_FILE = re.compile(r"[A-Za-z0-9][\w .-]*\.ya?ml")


def shipped() -> list[str]:
    """Names of the scenarios that come with the package; `no_policy` first."""
    names = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    return sorted(names, key=lambda name: name != "no_policy")


def find(name_or_path: str | Path) -> tuple[Path, str]:
    """The file a name or path means, and what messages call it.

    Raises:
        ScenarioError: when there is neither a shipped scenario nor a file.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text in shipped():
        path = FOLDER / f"{text}.yaml"
        return path, path.name
    try:
        path = Path(text)
        exists = path.exists()
        beside = sorted(p.name for p in path.parent.iterdir() if p.suffix in (".yaml", ".yml"))
    except (OSError, ValueError):  # no such folder, or nothing that could be a name
        path, exists, beside = Path(), False, []
    if not exists:
        nearby = [str(path.parent / name) for name in beside]
        close = difflib.get_close_matches(text, [f"{text}.yaml", *nearby, *shipped()], n=2)
        near = next((name for name in close if name in nearby or name in shipped()), None)
        hint = f", did you mean {near!r}?" if near else f"; shipped: {', '.join(shipped())}"
        simple = _SIMPLE.fullmatch(text)
        message = "neither a shipped scenario nor a file" if simple else "no such file"
        raise ScenarioError([Fault(shown(text, 300), 0, 0, "", f"{message}{hint}")])
    if path.is_dir():
        message = "is a folder; give a scenario's name or its file"
        raise ScenarioError([Fault(shown(text, 300) or "''", 0, 0, "", message)])
    return Path(text), shown(text, 300)


class Layers:
    """A scenario's documents from the furthest ancestor to the overrides, read and checked.

    Attributes:
        written: all valid values by dotted key; a later layer's value replaces an earlier one.
        documents: the file itself first, for messages.
        complete: every file of the chain was read, so that a missing key is truly missing.
        replaced: values of the files that the overrides replaced by others.
    """

    def __init__(self) -> None:
        self.written: dict[str, Written] = {}
        self.documents: list[Document] = []
        self.complete = True
        self._count = 0
        self.own: dict[str, Written] = {}
        self.replaced: dict[str, Written] = {}

    def read(self, path: Path, label: str) -> None:
        """Read a file and what it extends."""
        self._read(path, label, [])

    def override(self, values: Mapping[str, Any], document: Document) -> None:
        """Add the values given in the call, checked as if written in a file."""
        self.documents.append(document)
        before = dict(self.written)
        for key, new in self._check(node_of(values), document).items():
            old = before.get(key)
            if old is not None and old.value != new.value:
                self.replaced[key] = old

    def faults(self) -> list[Fault]:
        """All faults: the file's own first, then its ancestors', each by line."""
        return [f for d in self.documents for f in sorted(d.faults, key=_position)]

    def _check(self, root: Node, document: Document) -> dict[str, Written]:
        found = Checker(document, self.written, self._count).check(root)
        self._count += 1
        self.written.update(found)
        return found

    def _read(self, path: Path, label: str, chain: list[Path]) -> None:
        document = read_source(path, label)
        self.documents.append(document)
        root = read_tree(document) if not document.faults else None
        if root is None:
            self.complete = False
            return
        node = root.get("extends") if root.kind == "mapping" else None
        # A parent of the wrong type is the checker's to report.
        if node is not None and node.kind == "text" and node.text.strip():
            parent = self._parent(node, path, document, [*chain, _real(path)])
            if parent is None:
                self.complete = False
            else:
                self._read(*parent, [*chain, _real(path)])
        elif node is not None and node.kind != "null":
            self.complete = False
        own = self._check(root, document)
        if not chain:
            self.own = own

    def _parent(
        self, node: Node, child: Path, document: Document, chain: list[Path]
    ) -> tuple[Path, str] | None:
        name = node.text.strip()

        def fault(message: str) -> None:
            document.fault("extends", message, node.line, node.column, node.width)

        beside = child.parent / (name if _FILE.fullmatch(name) else f"{name}.yaml")
        if name in shipped():
            found, label = FOLDER / f"{name}.yaml", f"{name}.yaml"
        elif not _SIMPLE.fullmatch(name) and not _FILE.fullmatch(name):
            fault(
                f"{shown(name)!r} lies outside the scenario folders: "
                "name a shipped scenario, or a file in this file's own folder"
            )
            return None
        elif not beside.is_file():
            fault(
                f"no scenario {shown(name)!r} is shipped or stands beside this file"
                f"{did_you_mean(name, shipped())}"
            )
            return None
        elif _real(beside).parent != _real(child).parent:
            # A link in the folder may lead anywhere.
            fault(f"{shown(name)!r} is a link that leads out of this file's folder")
            return None
        else:
            label = str(Path(document.label).parent / beside.name)
            found = beside
        if _real(found) in chain:
            names = " -> ".join(p.stem for p in [*chain, found])
            fault(f"a scenario cannot extend itself: {shown(names, 200)}")
            return None
        if len(chain) >= MAX_CHAIN:
            fault(f"more than {MAX_CHAIN} files extend one another")
            return None
        return found, label


def _real(path: Path) -> Path:
    return path.resolve()


def _position(fault: Fault) -> tuple[int, int]:
    return fault.line, fault.column
