"""Damaged and odd scenario, trial and region files, each fixed by its number.

`damaged(number)` gives the same files on every machine. Six families take turns: shipped scenarios
and trials, cut and spliced; folders of shipped regions and the one that `kemitraan init` writes,
likewise; and scenarios and regions that are well formed but at the ends of every range.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scenarios.inheritance import FOLDER
from scenarios.own_skeleton import skeleton
from tests.mutations_csv import damaged_table, other_number
from tests.mutations_ends import odd_region, odd_scenario

FAMILIES = ("scenario", "own_region", "odd_scenario", "shipped_region", "odd_region", "trial")
MAIN = {"scenario": "wajib.yaml", "odd_scenario": "wajib.yaml", "trial": "uji.yaml"}
"""The one file of a family without a folder."""

VALUES = (
    "", "~", "null", "true", "no", "0", "1", "-1", "2", "0.5", "1.0", "1e3", "1e308", "1e999",
    "-0.0", ".nan", "-.inf", ".inf", "nan", "inf", "0x1f", "0o17", "1_000", "30%", "0,3",
    "1.000.000", "9" * 40, "9" * 400, "1e-320", "2027-13", "2027-01", "1999-12", "2027-01-01",
    "0000-01", "9999-12", "[]", "{}", "[[]]", "{a: b}", "[1, 2]", "[nan]", "!!int x",
    "!!python/object:os.system x", "!!binary aGk=", "&a 1", "*a", "<<: *a", "'", '"',
    '"\\uD800"', '"\\0"', "|", ">-", "? x", "- x", "---", "...", "#", "\t", "surabaya",
    "surakarta", "nowhere", "..", "../..", "/", "\u00a0", "\u202e", "\U0001f600", "\u0663",
    "é" * 300, "x" * 5000, "levers", "hotel", "none", "national", "[slippers, cakes]",
    "[slippers, slippers]",
)  # fmt: skip
_TOKEN = re.compile(r"[A-Za-z_][\w.]*|-?\d[\d.,:-]*|[^\w\s]|[ ]+|\n")
_NUMBER = re.compile(r"(?<![\w.-])-?\d+(?:\.\d+)?(?![\w.-])")


@dataclass(frozen=True)
class Damaged:
    """Files to be read: their bytes by name, and what was done to them."""

    number: int
    family: str
    files: Mapping[str, bytes]
    how: tuple[str, ...]

    def write(self, folder: Path) -> str:
        """Writes them into an empty folder; the path that a command is given."""
        for name, raw in self.files.items():
            (folder / name).write_bytes(raw)
        return str(folder / MAIN[self.family] if self.family in MAIN else folder)


# -- bytes


def _byte(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw) + 1)
    match rng.randrange(6):
        case 0:
            return raw[:at] + bytes([rng.randrange(256)]) + raw[at:]
        case 1:
            return raw[:at] + raw[at + rng.randrange(1, 9) :]
        case 2:
            return raw[:at]
        case 3:
            return raw[:at] + raw[at : at + 40] * rng.randrange(2, 5) + raw[at:]
        case 4:
            return raw[:at] + rng.randbytes(rng.randrange(1, 20)) + raw[at:]
        case _:
            flipped = bytearray(raw or b"a")
            flipped[min(at, len(flipped) - 1)] ^= 1 << rng.randrange(8)
            return bytes(flipped)


def _encoding(raw: bytes, rng: random.Random) -> bytes:
    text = raw.decode("utf-8", errors="replace")
    at = rng.randrange(len(raw) + 1)
    match rng.randrange(10):
        case 0:
            return b"\xef\xbb\xbf" + raw
        case 1:
            return text.encode("utf-16")
        case 2:
            return text.encode("utf-32")
        case 3:
            return (text + "\n# Kemitraan \u00e9\u00fc\n").encode("latin-1", errors="replace")
        case 4:
            return raw.replace(b"\n", b"\r\n")
        case 5:
            return raw.replace(b"\n", b"\r")
        case 6:
            return raw[:at] + b"\0" + raw[at:]
        case 7:
            return raw[:at] + "\u2028\u0085\u200b".encode() + raw[at:]
        case 8:
            return raw.replace(b"  ", b"\t")
        case _:
            return b"\xef\xbb\xbf" * 2 + raw


# -- tokens of YAML


def _token(text: str, rng: random.Random) -> str:
    spans = [m.span() for m in _TOKEN.finditer(text)]
    if not spans:
        return rng.choice(VALUES)
    start, end = rng.choice(spans)
    other = rng.choice(spans)
    match rng.randrange(5):
        case 0:
            return text[:start] + text[end:]
        case 1:
            return text[:start] + text[start:end] * 2 + text[end:]
        case 2:
            return text[:start] + text[slice(*other)] + text[end:]
        case _:
            return text[:start] + rng.choice(VALUES) + text[end:]


def _blank(comment: re.Match[str]) -> str:
    return " " * len(comment[0])


def _number(text: str, rng: random.Random) -> str:
    """Another number in the place of one: most are still read."""
    spans = [m.span() for m in _NUMBER.finditer(re.sub(r"#.*", _blank, text))]
    if not spans:
        return _token(text, rng)
    start, end = rng.choice(spans)
    old = float(text[start:end])
    new = rng.choice(
        [0, 1, 2, 36, old * 10, old / 10, old + 1, -old, old * 1e6, old * (0.5 + rng.random()),
         0.999, 1e-9, 1e9]
    )  # fmt: skip
    written = str(int(new)) if float(new).is_integer() and abs(new) < 1e15 else repr(float(new))
    return text[:start] + written + text[end:]


# -- structure of YAML


def _blocks(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Each line with those below it that stand further in."""
    depth = [len(line) - len(line.lstrip()) for line in lines]
    found = []
    for k, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        end = k + 1
        while end < len(lines) and (not lines[end].strip() or depth[end] > depth[k]):
            end += 1
        found.append((k, end))
    return found


def _structure(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    blocks = _blocks(lines)
    if not blocks:
        return text + "a: 1\n"
    start, end = rng.choice(blocks)
    block, rest = lines[start:end], lines[:start] + lines[end:]
    key, colon, value = lines[start].partition(":")
    match rng.randrange(11):
        case 0:  # dropped
            return "\n".join(rest)
        case 1:  # twice
            return "\n".join([*lines[:end], *block, *lines[end:]])
        case 2:  # elsewhere
            at = rng.randrange(len(rest) + 1)
            return "\n".join([*rest[:at], *block, *rest[at:]])
        case 3:  # further in or out
            pad = rng.choice(["  ", " ", "\t", "      "])
            moved = [line[1:] if rng.random() < 0.1 else pad + line for line in block]
            return "\n".join([*lines[:start], *moved, *lines[end:]])
        case 4:  # of another type
            lines[start:end] = [f"{key}{colon or ':'} {rng.choice(VALUES)}"]
        case 5:
            lines[start] = f"{key}{colon} [{value.strip()}]"
        case 6:
            lines[start] = f"{key}{colon} {{value: {value.strip() or 1}}}"
        case 7:  # another key
            pad = key[: len(key) - len(key.lstrip())]
            word = key.strip()
            name = rng.choice(
                [word[:-1], word.upper(), word + "s", "", "?", "levers", "name", "value", word * 9]
            )
            lines[start] = f"{pad}{name}:{value}"
        case 8:  # an anchor and its aliases
            lines[start] = f"{key}{colon} &x{value}"
            lines.append(f"zz: {rng.choice(['*x', '[*x, *x, *x]', '*unknown'])}")
        case 9:
            lines.append(rng.choice(BOMBS))
        case _:  # an empty value
            lines[start] = f"{key}{colon}"
    return "\n".join(lines)


BOMBS = (
    "a0: &a0 [x]\n"
    + "".join(f"a{k + 1}: &a{k + 1} [{', '.join([f'*a{k}'] * 9)}]\n" for k in range(12)),
    "a: " + "[" * 300,
    "a: " + "[" * 300 + "]" * 300,
    "a: " + "{b: " * 200 + "1" + "}" * 200,
    "- " * 400,
    "".join(f"{' ' * k}k:\n" for k in range(300)),
    "a: &a [*a]",
    "".join(f"k{k}: {k}\n" for k in range(500)),
    "a: |\n" + " x\n" * 3000,
    "? " * 200,
    "a: " + "x" * 20_000,
)  # fmt: skip


def damaged_yaml(raw: bytes, rng: random.Random) -> tuple[bytes, list[str]]:
    """A YAML file with one to four faults, most of them small."""
    how = []
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4])):
        kind = rng.choice(
            ["byte", "encoding", "token", "token", *["structure"] * 3, *["number"] * 4]
        )
        how.append(kind)
        if kind == "byte":
            raw = _byte(raw, rng)
        elif kind == "encoding":
            raw = _encoding(raw, rng)
        else:
            change: Callable[[str, random.Random], str] = {
                "token": _token, "structure": _structure, "number": _number,
            }[kind]  # fmt: skip
            text = raw.decode("utf-8", errors="replace")
            raw = change(text, rng).encode("utf-8", errors="surrogatepass")
    return raw, how


# -- what is damaged


@cache
def seeds(family: str) -> tuple[Mapping[str, bytes], ...]:
    """The good files that a family starts from."""
    if family == "own_region":
        return ({name: text.encode() for name, text in skeleton("contoh", "contoh").items()},)
    if family == "shipped_region":
        folders = sorted(path for path in (FOLDER / "regions").iterdir() if path.is_dir())
        return tuple({p.name: p.read_bytes() for p in sorted(f.iterdir())} for f in folders)
    folder = FOLDER / "trials" if family == "trial" else FOLDER
    return tuple({MAIN[family]: path.read_bytes()} for path in sorted(folder.glob("*.yaml")))


def damaged(number: int) -> Damaged:
    """The files of a number: the same on every machine."""
    rng = random.Random(f"damaged files {number}")
    family = FAMILIES[number % len(FAMILIES)]
    if family == "odd_scenario":
        return Damaged(number, family, {MAIN[family]: odd_scenario(rng).encode()}, ("ends",))
    if family == "odd_region":
        files = {name: text.encode() for name, text in odd_region(rng).items()}
        how = ["ends"]
        if rng.random() < 0.8:
            return Damaged(number, family, files, ("ends",))
    else:
        files, how = dict(rng.choice(seeds(family))), []
    # Half of the rest hurt by one number only, which is often still read.
    if rng.random() < 0.5:
        name = rng.choice(sorted(files))
        change = other_number if name.endswith(".csv") else _number
        text = files[name].decode("utf-8")
        files[name] = change(text, rng).encode("utf-8")
        return Damaged(number, family, files, (*how, f"{name} number"))
    for _ in range(rng.choice([1, 1, 1, 2])):
        name = rng.choice(sorted(files))
        if rng.random() < 0.02 and len(files) > 1:
            del files[name]
            how.append(f"{name} gone")
            continue
        damage = damaged_table if name.endswith(".csv") else damaged_yaml
        files[name], done = damage(files[name], rng)
        how += [f"{name} {one}" for one in done]
    return Damaged(number, family, files, tuple(how))
