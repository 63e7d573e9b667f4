"""Strict reading of region.yaml: mappings that know the line and column of every key."""

from __future__ import annotations

import math
import re
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from scenarios.region_errors import Faults, nearest

__all__ = ["NUMBER", "Block", "decode", "read_yaml"]

# Only plain decimal numbers: YAML also knows 0x10, 1_000 and .inf, which no figure should use.
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_STANDARD = "tag:yaml.org,2002:"
_PLAIN_TAGS = tuple(
    _STANDARD + name for name in ("map", "seq", "str", "int", "float", "bool", "null")
)
_MAX_BYTES = 256_000


class Block:
    """A mapping of region.yaml. Reading a key marks it as known; `close` reports the others."""

    def __init__(self, node: MappingNode, path: str, file: str, faults: Faults) -> None:
        self.path = path
        self.file = file
        self.faults = faults
        self.line = node.start_mark.line + 1
        self._column = node.start_mark.column + 1
        self._nodes: dict[str, tuple[Node, Node]] = {}
        self._read: dict[str, bool] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else "(not a name)"
            if name in self._nodes:
                self._fault(key, name, "given twice")
            self._nodes[name] = (key, value)

    def _key(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _fault(self, node: Node, name: str, message: str) -> None:
        mark = node.start_mark
        self.faults.add(self.file, mark.line + 1, mark.column + 1, self._key(name), message)

    def fault(self, name: str, message: str) -> None:
        """Note a fault at a key, or at the block where the key is missing."""
        if name in self._nodes:
            self._fault(self._nodes[name][1], name, message)
        else:
            self.faults.add(self.file, self.line, self._column, self._key(name), message)

    def has(self, name: str) -> bool:
        """True when the key is given and not null; asking makes the key a known one."""
        self._read[name] = True
        node = self._nodes.get(name)
        return node is not None and node[1].tag != _STANDARD + "null"

    def is_block(self, name: str) -> bool:
        """True when the key holds a mapping; asking makes the key a known one."""
        return self.has(name) and isinstance(self._nodes[name][1], MappingNode)

    def keys(self) -> list[str]:
        """The keys as given, in their order."""
        return list(self._nodes)

    def _take(self, name: str, required: bool) -> Node | None:
        self._read[name] = True
        if self.has(name):
            return self._nodes[name][1]
        if required:
            self.fault(name, "missing")
        return None

    def text(self, name: str, *, required: bool = True) -> str:
        """A text; empty when missing or faulty."""
        node = self._take(name, required)
        if node is None:
            return ""
        if isinstance(node, ScalarNode) and node.tag == _STANDARD + "str" and node.value.strip():
            return str(node.value).strip()
        self._fault(node, name, "must be a text (put quotes around a number)")
        return ""

    def texts(self, name: str) -> tuple[str, ...]:
        """One text or a list of texts."""
        node = self._take(name, required=True)
        if node is None:
            return ()
        items = node.value if isinstance(node, SequenceNode) else [node]
        if all(isinstance(item, ScalarNode) and item.tag == _STANDARD + "str" for item in items):
            return tuple(str(item.value).strip() for item in items)
        self._fault(node, name, "must be a text or a list of texts")
        return ()

    def number(self, name: str, *, required: bool = True) -> float | None:
        """A finite decimal number; None when missing or faulty."""
        node = self._take(name, required)
        if node is None:
            return None
        raw = str(node.value) if isinstance(node, ScalarNode) else ""
        if node.tag in (_STANDARD + "int", _STANDARD + "float") and NUMBER.fullmatch(raw):
            value = float(raw)
            if math.isfinite(value):
                return value
        hint = "; write a decimal point, not a comma" if re.fullmatch(r"[\d.]+,\d+", raw) else ""
        self._fault(node, name, f"{raw!r} is not a plain decimal number{hint}")
        return None

    def block(self, name: str, *, required: bool = True) -> Block | None:
        """A mapping below this one; None when missing or faulty."""
        node = self._take(name, required)
        if node is None:
            return None
        if isinstance(node, MappingNode):
            return Block(node, self._key(name), self.file, self.faults)
        self._fault(node, name, "must be a mapping of keys to values")
        return None

    def close(self) -> None:
        """Report every key that nobody asked for."""
        for name, (key, _) in self._nodes.items():
            if name not in self._read:
                self._fault(key, name, f"unknown key{nearest(name, self._read)}")


def _refuse_odd_nodes(root: Node, file: str, faults: Faults) -> None:
    """Anchors, aliases and tags have no place in a table of figures."""
    waiting: list[Node] = [root]
    seen: dict[int, bool] = {}
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen[id(node)] = True
        mark = node.start_mark
        if node.anchor:
            faults.add(
                file, mark.line + 1, mark.column + 1, "", "anchors and aliases are not allowed"
            )
        if node.tag not in _PLAIN_TAGS:
            faults.add(
                file, mark.line + 1, mark.column + 1, "", f"the tag {node.tag!r} is not allowed"
            )
        if isinstance(node, MappingNode):
            waiting.extend(child for pair in node.value for child in pair)
        elif isinstance(node, SequenceNode):
            waiting.extend(node.value)


def decode(path: Path, faults: Faults, limit: int) -> str | None:
    """The text of a file as UTF-8, or None with the fault noted."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        faults.add(path.name, 0, 0, "", f"cannot be read: {error.strerror or 'unknown reason'}")
        return None
    if len(raw) > limit:
        faults.add(path.name, 0, 0, "", f"{len(raw):,} bytes, more than {limit:,}")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        faults.add(path.name, line, 0, "", "not UTF-8; save the file as UTF-8")
        return None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        faults.add(path.name, line, 0, "", "holds a zero byte; save the file as UTF-8")
        return None
    return text


def read_yaml(path: Path, faults: Faults) -> Block | None:
    """The top mapping of a YAML file, or None with the faults noted."""
    text = decode(path, faults, _MAX_BYTES)
    if text is None:
        return None
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        faults.add(path.name, line, column, "", str(error.problem or "not valid YAML"))
        return None
    except YAMLError:
        faults.add(path.name, 0, 0, "", "not valid YAML")
        return None
    except RecursionError:
        faults.add(path.name, 0, 0, "", "nested far too deeply")
        return None
    if not isinstance(node, MappingNode):
        faults.add(path.name, 1, 1, "", "must be a mapping: name, title, districts, ...")
        return None
    _refuse_odd_nodes(node, path.name, faults)
    return Block(node, "", path.name, faults)
