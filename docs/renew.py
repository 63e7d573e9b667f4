"""Renews the outputs shown in the READMEs: `python docs/renew.py`, or with names of files.

`python docs/renew.py --only check` renews only the commands that hold this word. `kemitraan init`
runs all the same, and so do the comparisons above a command that reads one (`runs/...`).

A README marks what it shows, and this program runs it, in one new folder per file and in order:

    <!-- file: rule.yaml -->           the block below is written to that file
    <!-- output: kemitraan check rule.yaml -->    the block below is replaced by what is printed
    <!-- output: COMMAND | from REGEX to REGEX -->    likewise, of which only these lines are kept

Messages and data stand as on a screen. The full comparison takes some minutes.
"""

# ruff: noqa: INP001  # a program, no package

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.id.md")
MARK = re.compile(
    r"<!-- (?P<kind>file|output): (?P<what>.+?)(?: \| from (?P<first>.+?) to (?P<last>.+?))? -->\n"
    r"```(?P<language>\w*)\n(?P<body>.*?)```",
    re.DOTALL,
)
# Said once a machine, or of no interest to a reader.
PASSING = re.compile(r"^compiling .*\n", re.MULTILINE)


def run(command: str, folder: Path) -> str:
    """What a command prints, messages and data."""
    words = shlex.split(command)
    start = {"kemitraan": ["-m", "kemitraan"], "python": []}[words[0]]
    # The language by option only, whatever the machine speaks.
    env = {k: v for k, v in os.environ.items() if k not in ("KEMITRAAN_LANG", "LANG")}
    env |= {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    done = subprocess.run(  # noqa: S603  # the project's own commands
        [sys.executable, *start, *words[1:]],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # in the order of a screen
        encoding="utf-8",
        check=False,
    )
    if done.returncode not in (0, 2, 3):
        raise SystemExit(f"{command}: exit code {done.returncode}\n{done.stdout}")
    return PASSING.sub("", done.stdout)


def cut(text: str, first: str | None, last: str | None) -> str:
    """The lines from one that matches to the next that matches; what is left out is marked."""
    if first is None or last is None:
        return text
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if re.search(first, line)), None)
    if start is None:
        raise SystemExit(f"no line matches {first!r} in:\n{text}")
    end = next((i for i, line in enumerate(lines) if i >= start and re.search(last, line)), None)
    if end is None:
        raise SystemExit(f"no line matches {last!r} after {first!r} in:\n{text}")
    kept = [*(["..."] if start else []), *lines[start : end + 1]]
    return "\n".join([*kept, *(["..."] if end + 1 < len(lines) else [])])


def outputs(text: str, folder: Path, only: str = "") -> dict[str, str]:
    """Marker and new body of every output of a README; of the commands with a word, if given."""
    found = {}
    printed: dict[str, str] = {}  # a long command that is shown in parts runs once
    compared: list[str] = []
    for mark in MARK.finditer(text):
        if mark["kind"] == "file":
            printed.clear()
            (folder / mark["what"]).write_text(mark["body"], encoding="utf-8", newline="\n")
            continue
        wanted = only in mark["what"]
        if wanted and " runs/" in mark["what"]:
            printed.update({what: run(what, folder) for what in compared if what not in printed})
        if mark["what"].startswith("kemitraan compare ") and mark["what"] not in compared:
            compared.append(mark["what"])
        if not wanted and mark["what"].startswith("kemitraan init "):
            run(mark["what"], folder)
        if wanted:
            print(f"  {mark['what']}", file=sys.stderr, flush=True)
            if mark["what"] not in printed:
                printed[mark["what"]] = run(mark["what"], folder)
            shown = cut(printed[mark["what"]], mark["first"], mark["last"])
            lines = (line.rstrip() for line in shown.strip("\n").splitlines())
            found[_marker(mark)] = "\n".join(lines) + "\n"
    return found


def _marker(mark: re.Match[str]) -> str:
    return mark[0].partition("\n")[0]


def filled(text: str, bodies: dict[str, str]) -> str:
    """A README's text with new bodies below their markers."""

    def one(mark: re.Match[str]) -> str:
        body = bodies.get(_marker(mark), mark["body"])
        return f"{_marker(mark)}\n```{mark['language']}\n{body}```"

    return MARK.sub(one, text)


def main(words: list[str]) -> None:
    """Renew the files of these names, both READMEs if none; `--only WORD` for some commands."""
    only = ""
    if "--only" in words:
        at = words.index("--only")
        only = words[at + 1]
        words = words[:at] + words[at + 2 :]
    for name in words or READMES:
        path = ROOT / name
        print(name, file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            bodies = outputs(path.read_text(encoding="utf-8"), Path(folder), only)
        # Read again: somebody may have edited the text meanwhile.
        text = filled(path.read_text(encoding="utf-8"), bodies)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
