"""From a file to text: only plain UTF-8 without anything the eye cannot see."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from scenarios.faults import Fault

__all__ = ["MAX_BYTES", "Document", "read_source"]

MAX_BYTES = 65_536
"""A scenario with all its comments takes a few thousand."""

# Line ends and tab are the only control characters a text file needs. The rest, marks
# that turn the reading direction, and blanks that are no blanks would make two files
# that look alike read differently.
_ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xa0\xad\u1680\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u3000\ufeff\ufff9-\uffff]"
)


@dataclass
class Document:
    """A file's text, its name in messages, and the faults found in it so far.

    Attributes:
        label: the file as the user named it.
        text: with line feeds only.
        lines: the text's lines, for messages.
        kind: what the file is.
    """

    label: str
    text: str = ""
    faults: list[Fault] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    kind: str = "scenario"

    def fault(self, key: str, message: str, line: int = 0, column: int = 0, width: int = 1) -> None:
        """Note a fault; `line` and `column` count from 1, 0 for the whole file."""
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        self.faults.append(Fault(self.label, line, column, key, message, source, width))


def read_source(path: Path, label: str, kind: str = "scenario") -> Document:
    """The text of a scenario file, or of another kind; its faults are noted in the document."""
    document = Document(label, kind=kind)
    try:
        # A pipe or device would never end.
        if not path.is_file():
            message = "is a folder" if path.is_dir() else "no such file"
            document.fault("", message)
            return document
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        document.fault("", f"cannot be read: {reason or 'not a usable file name'}")
        return document
    return decode(raw, document)


def decode(raw: bytes, document: Document) -> Document:
    """Fill the document with the bytes' text, or note why they are none."""
    if len(raw) > MAX_BYTES:
        most = MAX_BYTES // 1024
        document.fault("", f"is larger than {most} KiB, more than a {document.kind} can need")
        return document
    wide = _wide_encoding(raw)
    if wide:
        document.fault("", f"is written in {wide}: save the file as UTF-8")
        return document
    if raw.startswith(b"\xef\xbb\xbf"):
        document.fault(
            "", "starts with a byte order mark: save the file as UTF-8 without BOM", 1, 1
        )
        return document
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = _line_feeds(raw[: error.start].decode("utf-8")).split("\n")
        line, column = len(before), len(before[-1]) + 1
        bad = raw[error.start]
        document.fault("", f"byte 0x{bad:02x} is not UTF-8: save the file as UTF-8", line, column)
        return document
    document.text = _line_feeds(text)
    document.lines = document.text.split("\n")
    for match in _ODD.finditer(document.text):
        line = document.text.count("\n", 0, match.start()) + 1
        column = match.start() - (document.text.rfind("\n", 0, match.start()) + 1) + 1
        where = f"has no place in a {document.kind}"
        document.fault("", f"{_name(match.group())} {where}", line, column)
    return document


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _name(character: str) -> str:
    name = unicodedata.name(character, "control character").lower()
    return f"the character U+{ord(character):04X} ({name})"


def _wide_encoding(raw: bytes) -> str:
    """UTF-16 or UTF-32 by its mark, or by the zero bytes between plain letters."""
    if raw.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    head = raw[:200]
    zeros = head.count(0)
    if len(head) >= 4 and zeros * 2 > len(head):
        return "UTF-32"
    if len(head) >= 4 and zeros * 3 > len(head):
        return "UTF-16"
    return ""
