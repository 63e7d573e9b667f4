"""Texts that carry their own checksum in the last line, so that a changed byte shows."""

from __future__ import annotations

import hashlib

__all__ = ["seal", "unseal"]

_MARK = "# sha256 of the lines above: "


def seal(text: str) -> bytes:
    """The text, ended by a line with its SHA-256. The line begins with #, as comments do."""
    body = text if text.endswith("\n") else text + "\n"
    return f"{body}{_MARK}{_hash(body)}\n".encode()


def unseal(content: bytes) -> str | None:
    """The text of a sealed file; none where a byte has changed or the end is missing."""
    try:
        whole = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    body, mark, last = whole.rpartition(_MARK)
    if not mark or last != f"{_hash(body)}\n":
        return None
    return body


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
