"""From text to a tree in which every key and value knows its line and column.

The YAML is read event by event, so that anchors, aliases, tags, duplicates and depth
are judged where they stand and nothing is ever expanded or built from a tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from numbers import Integral, Real

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from scenarios.faults import shown
from scenarios.scalars import Kind, plain_kind
from scenarios.source import Document

__all__ = ["MAX_DEPTH", "MAX_NODES", "Entry", "Node", "node_of", "read_tree"]

MAX_DEPTH = 8
"""Levels of nesting; the grammar itself needs five."""

MAX_NODES = 5_000

_NEEDS = {
    "scenario": "name, extends, region and levers",
    "trial": "name, treatment, units and horizons",
}
# What the YAML library raises on hostile input beside its own errors: a code point out
# of range in an escape, an index past a cut text, a number it takes for a directive.
_READ_ERRORS = (ValueError, OverflowError, IndexError, AttributeError, TypeError, AssertionError)


@dataclass
class Node:
    """A value as written. `line` and `column` count from 1; 0 for a value given in a call."""

    kind: Kind
    text: str = ""
    line: int = 0
    column: int = 0
    width: int = 1
    items: list[Node] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    quoted: bool = False

    @property
    def number(self) -> float:
        """The value of a number; infinite where it has too many digits."""
        return float(self.text)

    def get(self, name: str) -> Node | None:
        """The value under a key, of a mapping."""
        return next((e.value for e in self.entries if e.key.text == name), None)


@dataclass
class Entry:
    """A key and its value in a mapping."""

    key: Node
    value: Node


def node_of(value: object) -> Node:
    """The node a Python value stands for, so that overrides meet the same checks as files."""
    if value is None:
        return Node("null")
    # numpy's bool is no bool; its name is.
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return Node("bool", text=str(value))
    if isinstance(value, Integral):
        return Node("number", text=str(int(value)))
    if isinstance(value, Real):
        number = float(value)
        finite = number - number == 0.0
        return Node("number" if finite else "not finite", text=f"{number!r}")
    if isinstance(value, str):
        return Node("text", text=value, quoted=True)
    if isinstance(value, Mapping):
        return Node(
            "mapping", entries=[Entry(node_of(str(k)), node_of(v)) for k, v in value.items()]
        )
    if isinstance(value, list | tuple):
        return Node("list", items=[node_of(item) for item in value])
    return Node("text", text=f"{type(value).__name__} object", quoted=True)


def read_tree(document: Document) -> Node | None:
    """The document's top node; None when it cannot be read, with the faults noted."""
    builder = _Builder(document)
    try:
        for event in YAML(typ="safe", pure=True).parse(document.text):
            if not builder.take(event):
                return None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        document.fault("", _syntax(error), line, column)
        return None
    except (YAMLError, *_READ_ERRORS):
        document.fault("", "is not readable as YAML", builder.line, builder.column)
        return None
    root = builder.root
    if root is None or root.kind == "null":
        document.fault("", f"is empty: a {document.kind} needs {_NEEDS[document.kind]}", 1, 1)
        return None
    return root


def _syntax(error: MarkedYAMLError) -> str:
    problem = str(error.problem or "not readable")
    if "\\t" in problem:
        return "a tab stands where YAML allows only spaces"
    if problem == "mapping values are not allowed here":
        return "a second ': ' on this line: put the text in quotes"
    return f"not readable as YAML: {shown(problem, 120)}"


class _Builder:
    """Takes events and builds the tree; a stack instead of recursion, so depth is harmless."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.root: Node | None = None
        self.line = 1
        self.column = 1
        self._stack: list[Node] = []
        # Of each mapping on the stack the key that waits for its value, and its own name.
        self._keys: list[Node | None] = []
        self._names: list[str] = []
        self._name = ""
        self._nodes = 0
        self._documents = 0

    def take(self, event: Event) -> bool:
        """Add an event to the tree; False to stop reading."""
        mark = event.start_mark
        self.line, self.column = mark.line + 1, mark.column + 1
        match event:
            case DocumentStartEvent():
                return self._start(event)
            case AliasEvent():
                self._fault(f"aliases (*{event.anchor}) are not read: write the value out", event)
                return self._add(Node("broken", line=self.line, column=self.column))
            case ScalarEvent() | MappingStartEvent() | SequenceStartEvent():
                return self._value(event)
            case MappingEndEvent() | SequenceEndEvent():
                self._stack.pop()
                self._keys.pop()
                self._names.pop()
        return True

    def _start(self, event: DocumentStartEvent) -> bool:
        self._documents += 1
        if self._documents > 1:
            kind = self.document.kind
            self._fault(f"a second document starts here: one {kind} a file", event)
            return False
        if event.version or event.tags:
            self._fault("directives (%YAML, %TAG) are not read: take them out", event)
            return False
        return True

    def _value(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> bool:
        tag = event.tag
        if event.anchor:
            self._fault(f"anchors (&{event.anchor}) are not read: take it out", event)
        if tag is not None:
            self._fault(f"tags ({shown(str(tag))}) are not read: write the plain value", event)
        if isinstance(event, ScalarEvent):
            node = self._scalar(event)
            if tag is not None:
                node.kind = "broken"  # whatever the tag asks for, the value is not what it seems
        elif len(self._stack) >= MAX_DEPTH:
            self._fault(f"more than {MAX_DEPTH} levels deep", event)
            return False
        else:
            node = Node("mapping" if isinstance(event, MappingStartEvent) else "list")
        node.line, node.column, node.width = self.line, self.column, self._width(event)
        if not self._add(node):
            return False
        if not isinstance(event, ScalarEvent):
            self._stack.append(node)
            self._keys.append(None)
            self._names.append(self._name)
        return True

    def _scalar(self, event: ScalarEvent) -> Node:
        text = str(event.value)
        if any(ord(c) < 32 and c not in "\n\t" for c in text):
            self._fault("an escape stands for a control character", event)
        quoted = event.style is not None
        return Node("text" if quoted else plain_kind(text), text=text, quoted=quoted)

    @staticmethod
    def _width(event: Event) -> int:
        start, end = event.start_mark, event.end_mark
        return max(1, end.column - start.column) if start.line == end.line else 1

    def _add(self, node: Node) -> bool:
        """Put a node where it belongs: top, item of a list, key or value of a mapping."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self.document.fault("", f"more than {MAX_NODES:,} values", node.line, node.column)
            return False
        self._name = ""
        if not self._stack:
            self.root = node
            return True
        parent, key = self._stack[-1], self._keys[-1]
        if parent.kind == "list":
            parent.items.append(node)
        elif key is None:
            self._keys[-1] = node
            self._check_key(parent, node)
        else:
            parent.entries.append(Entry(key, node))
            self._keys[-1] = None
            self._name = key.text
        return True

    def _check_key(self, parent: Node, key: Node) -> None:
        if key.kind in ("list", "mapping"):
            self._note(key, "a key is a plain name, not a list or mapping")
            key.kind = "broken" if key.kind == "mapping" else key.kind
            return
        if key.text == "<<" and not key.quoted:
            self._note(key, "merge keys (<<) are not read: use 'extends', or write the values out")
            key.kind = "broken"
            return
        first = next((e.key for e in parent.entries if e.key.text == key.text), None)
        if first is not None and key.kind != "broken" and first.kind != "broken":
            self._note(key, f"duplicate key, first written on line {first.line}")
            key.kind = "broken"

    def _note(self, node: Node, message: str) -> None:
        self.document.fault(self._path(), message, node.line, node.column, node.width)

    def _fault(self, message: str, event: Event) -> None:
        self.document.fault(self._path(), message, self.line, self.column, self._width(event))

    def _path(self) -> str:
        key = self._keys[-1] if self._keys else None
        names = [*self._names, key.text if key is not None else ""]
        return ".".join(shown(name) for name in names if name)


def decimal_commas(node: Node, document: Document) -> Iterator[tuple[Entry, Entry]]:
    """Pairs of neighbours `quota: 0,3` in braces, which YAML reads as `quota: 0` and a key `3`."""
    for left, right in pairwise(node.entries):
        if (
            right.value.kind == "null"
            and not right.value.text
            and right.key.text.isdigit()
            and left.value.kind == "number"
            and left.value.line == right.key.line
            and right.key.column == left.value.column + left.value.width + 1
            and document.lines[right.key.line - 1][right.key.column - 2] == ","
        ):
            yield left, right
