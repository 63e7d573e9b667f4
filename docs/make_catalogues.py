"""Compiles the messages, .po to .mo: `python docs/make_catalogues.py`.

Words are changed in `experiments/locale/<language>/LC_MESSAGES/kemitraan.po`; the program reads the
`.mo` beside it. A test fails where the two differ.
"""

# ruff: noqa: INP001  # a program, no package

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[1] / "experiments" / "locale"


def main() -> None:
    """Write every .mo anew."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        with source.open(encoding="utf-8") as file:
            catalog = read_po(file, locale=source.parts[-3], abort_invalid=True)
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
        print(f"{source.relative_to(LOCALE).as_posix()}: {len(catalog)} messages")


if __name__ == "__main__":
    main()
