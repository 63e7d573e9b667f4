"""The documents are true: commands exist, outputs have markers, links resolve, words are right."""

from __future__ import annotations

import difflib
import re
import runpy
import shlex
from functools import cache
from pathlib import Path

import pytest
import typer

from experiments.cli.app import COMMANDS, app
from scenarios.scenario import list_scenarios
from sim.parameters import registry

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.id.md")
DOCUMENTS = (*READMES, "CHANGELOG.md", "CONTRIBUTING.md", *(
    path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md"))
))  # fmt: skip
CODE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
MARKER = re.compile(r"<!-- (file|output): (.+?)(?: \| .+?)? -->\n(```?`?)")


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def shown(name):
    """All commands a document shows: in markers, in blocks, and in line."""
    content = text(name)
    found = [what for kind, what, _ in MARKER.findall(content) if kind == "output"]
    # Blocks without a marker are what a reader types; blocks with one are outputs.
    typed = re.sub(r"<!-- (file|output): [^\n]*-->\n```.*?```", "", content, flags=re.DOTALL)
    for block in CODE.findall(typed):
        found += block.splitlines()
    found += re.findall(r"`([^`\n]+)`", CODE.sub("", typed))
    # "kemitraan checkout" would be a command, `kemitraan` alone is a name.
    return [
        re.sub(r"^\.venv\S*kemitraan", "kemitraan", line.split("#")[0].split(" > ")[0].strip())
        for line in found
        if re.match(r"(\.venv\S*[/\\])?kemitraan [a-z-]", line)
    ]


@cache
def options(command):
    """The options of a command as its help gives them."""
    click = typer.main.get_command(app)
    found = click.get_command(None, command)
    return {o for p in found.params for o in p.opts} | {"--help", "--debug"}


def general_options():
    return {"--help", "--version", "--debug"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_shown_exists_with_its_options(name):
    for line in shown(name):
        words = shlex.split(line)[1:]
        if words[0].startswith("-"):
            assert words[0] in general_options(), f"{name}: {line}"
            continue
        assert words[0] in COMMANDS, f"{name}: no command in: {line}"
        for word in words[1:]:
            if word.startswith("--"):
                known = options(words[0])
                assert word.split("=")[0] in known, f"{name}: {word} is no option in: {line}"


def test_the_readme_shows_every_command():
    for command in COMMANDS:
        for name in READMES:
            assert any(line.split()[1] == command for line in shown(name)), f"{name}: {command}"


def test_both_readmes_show_the_same_commands_and_files():
    english, indonesian = (
        [line.removesuffix(" --lang id") for line in shown(name)] for name in READMES
    )
    # Words of prose may stand in another order; the commands may not be others.
    assert sorted(set(english)) == sorted(set(indonesian)), "\n".join(
        difflib.unified_diff(sorted(set(english)), sorted(set(indonesian)), lineterm="")
    )
    blocks = []
    for name in READMES:
        found = re.findall(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", text(name), re.DOTALL)
        blocks.append([(file, re.sub(r"#.*", "", body)) for file, body in found])
    assert blocks[0] == blocks[1]


def test_the_readmes_have_the_same_sections():
    counts = [re.findall(r"^(#+) ", CODE.sub("", text(name)), re.MULTILINE) for name in READMES]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", READMES)
def test_every_output_is_filled(name):
    found = re.findall(r"<!-- output: (.+?) -->\n```\w*\n(.*?)```", text(name), re.DOTALL)
    assert len(found) == text(name).count("<!-- output: ") >= 8
    for command, body in found:
        assert body.strip(), f"{name}: run: python docs/renew.py (nothing below {command})"
        assert "Traceback" not in body


@pytest.mark.parametrize("name", READMES)
def test_the_example_files_are_as_the_text_says(name, tmp_path, monkeypatch):
    """The cheap commands give today what is shown; the long ones are renewed by hand."""
    renew = runpy.run_path(str(ROOT / "docs" / "renew.py"))
    content = text(name)
    for found in renew["MARK"].finditer(content):
        if found["kind"] == "file":
            (tmp_path / found["what"]).write_text(found["body"], encoding="utf-8")
        elif found["what"].startswith(("kemitraan check", "kemitraan show", "kemitraan init")):
            now = renew["cut"](renew["run"](found["what"], tmp_path), found["first"], found["last"])
            lines = [line.rstrip() for line in now.strip("\n").splitlines()]
            assert lines == found["body"].rstrip("\n").splitlines(), (
                f"{name}: run: python docs/renew.py ({found['what']})"
            )


@pytest.mark.parametrize(
    ("name", "lang"), [("docs/own_region.md", "en"), ("docs/own_region.id.md", "id")]
)
def test_the_guide_to_ones_own_region_goes_on_to_the_page(name, lang):
    marks = [what for kind, what, _ in MARKER.findall(text(name)) if kind == "output"]
    command = f"kemitraan report runs/compare-001 --lang {lang}"
    assert marks[-1] == command
    assert marks[-2].startswith("kemitraan compare ")
    body = text(name).partition(f"<!-- output: {command} -->\n```\n")[2]
    assert body.startswith(f"runs/compare-001/report.{lang}.html\n")


def test_renewing_one_output_first_makes_what_it_reads(tmp_path):
    renew = runpy.run_path(str(ROOT / "docs" / "renew.py"))
    ran = []
    renew["outputs"].__globals__["run"] = lambda command, _: ran.append(command) or command
    block = "<!-- output: {} -->\n```\n```\n"
    commands = [
        "kemitraan init --region here",
        "kemitraan check here",
        "kemitraan compare a --region here",
        "kemitraan compare a --region here | from a to a",
        "kemitraan report runs/compare-001",
    ]
    content = "".join(block.format(command) for command in commands)
    found = renew["outputs"](content, tmp_path, "report")
    assert ran == [commands[0], commands[2], commands[4]]
    assert list(found) == [f"<!-- output: {commands[4]} -->"]
    ran.clear()
    renew["outputs"](content, tmp_path, "check")
    assert ran == commands[:2]
    ran.clear()
    assert len(renew["outputs"](content, tmp_path)) == 5
    assert ran == [*commands[:3], commands[4]]


def test_the_page_of_parameters_is_up_to_date():
    made = runpy.run_path(str(ROOT / "docs" / "make_parameters.py"))["document"]()
    assert made == text("docs/parameters.md"), "run: python docs/make_parameters.py"


def test_what_was_set_by_baseline_sanity_is_named():
    page = text("docs/odd.md")
    for entry in registry().values():
        if "aseline sanity" in entry.note:
            assert f"`{entry.name}`" in page, f"docs/odd.md does not name {entry.name}"


def anchors(name):
    heads = re.findall(r"^#+ (.+)$", CODE.sub("", text(name)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_resolve(name):
    for target in re.findall(r"\]\(([^)\s]+)\)", CODE.sub("", text(name))):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        place = (ROOT / name).parent / path if path else ROOT / name
        assert place.exists(), f"{name}: {target}"
        if anchor and place.suffix == ".md":
            assert anchor in anchors(place.relative_to(ROOT).as_posix()), f"{name}: {target}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_city_is_said_to_have_the_mandate(name):
    forbidden = r"surabaya model|model surabaya|surabaya'?s? mandate|mandat surabaya"
    assert not re.search(forbidden, text(name), re.IGNORECASE)


@pytest.mark.parametrize("name", READMES)
def test_signed_never_stands_alone(name):
    """A row of a table, or a line of output, that says who signed also says who buys."""
    words = {"README.md": ("signed", "buying"), "README.id.md": ("menandatangani", "membeli")}
    signed, buying = words[name]
    blocks = "\n".join(CODE.findall(text(name)))
    rows = [line for line in text(name).splitlines() if line.startswith("|")]
    for line in [*blocks.splitlines(), *rows]:
        if re.search(rf"\b{signed}\b", line, re.IGNORECASE):
            assert buying in line.lower(), f"{name}: {line[:100]}"


def test_the_scenarios_shipped_are_in_the_readmes():
    for scenario in list_scenarios():
        for name in READMES:
            assert scenario in text(name), f"{name} does not mention {scenario}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_blank_line_breaks_a_table(name):
    lines = ["", *CODE.sub("", text(name)).splitlines()]
    heads = [k for k, line in enumerate(lines) if line.startswith("|") and not lines[k - 1]]
    for k in heads:
        assert re.match(r"\|[ :|-]+$", lines[k + 1]), lines[k]


def test_the_readmes_name_every_file_of_a_comparison(tmp_path):
    from experiments.compare import compare

    compare("cash_grant", replicates=2, jobs=1, scale=200, months=48, quiet=True,
            fixed_replicates=2, out=tmp_path / "run")  # fmt: skip
    files = [path.name for path in (tmp_path / "run").iterdir() if path.is_file()]
    kinds = {
        re.sub(r"(fan_|hotels_|stakeholders_).*", r"\1", path.stem)
        for path in (tmp_path / "run" / "figures").iterdir()
    }
    for readme in READMES:
        table = re.split(r"\n### (?:What is in the folder|Isi folder)\n", text(readme))[1]
        table = table.split("\n### ")[0]
        assert [name for name in files if f"`{name}`" not in table] == []
        assert [kind for kind in kinds if f"`{kind.removesuffix('_all')}`" not in table] == []
