"""Writes the tables of targets into docs/calibration.md: `python docs/make_targets.py`."""

# ruff: noqa: INP001  # a program, no package

from __future__ import annotations

from pathlib import Path

from experiments.calibration.targets import Target, read_targets

TARGET = Path(__file__).with_name("calibration.md")
BEGIN, END = "<!-- targets -->\n", "<!-- /targets -->\n"


def cell(text: object) -> str:
    """Text that cannot break a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def _where(target: Target) -> str:
    if target.trial:
        return f"trial `{target.trial}`"
    return f"`{target.scenario}`"


def tables() -> str:
    """Fitted and compared rows, then those the model cannot express."""
    rows = read_targets()
    used = [target for target in rows if target.role != "cannot"]
    lines = ["| Row | Read as | Where | Observed | sd | Discrepancy | Reasons |", "|" + "---|" * 7]
    for one in used:
        read = f"`{one.outcome}`" + (f", {one.window}" if one.window else "")
        read += f", {one.by}={one.group}" if one.by else ""
        read += "" if one.reading == "level" else f", {one.reading}"
        read += f" ({one.unit})" if one.unit else ""
        name = one.id if one.role == "calibration" else f"{one.id} (compared only)"
        figures = (f"{value:g}" for value in (one.value, one.sd, one.discrepancy))
        parts = [name, read, _where(one), *figures, one.note]
        lines.append("| " + " | ".join(cell(part) for part in parts) + " |")
    lines += ["", "Rows that the model cannot express, or that would count a fact twice:", ""]
    lines += ["| Row | Value | Reason |", "|---|---|---|"]
    for one in rows:
        if one.role == "cannot":
            parts = [one.id, f"{one.value:g} {one.unit}", one.note]
            lines.append("| " + " | ".join(cell(part) for part in parts) + " |")
    return "\n".join(lines) + "\n"


def document() -> str:
    """The whole page with its tables made anew."""
    text = TARGET.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    return head + BEGIN + tables() + END + rest.split(END)[1]


def main() -> None:
    """Write the page anew."""
    text = document()
    with TARGET.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)


if __name__ == "__main__":
    main()
