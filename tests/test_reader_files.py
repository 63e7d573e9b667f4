"""Which files a scenario may be: plain UTF-8, not absurd, extending only its neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios import ScenarioError, load_scenario
from scenarios.source import MAX_BYTES
from tests import scenario_files
from tests.scenario_files import HEAD, faults, write

here = scenario_files.here


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD.encode("utf-16"), "is written in UTF-16: save the file as UTF-8"),
        (HEAD.encode("utf-16-le"), "is written in UTF-16: save the file as UTF-8"),
        (HEAD.encode("utf-32"), "is written in UTF-32: save the file as UTF-8"),
        (
            HEAD.encode("utf-8-sig"),
            "1:1: : starts with a byte order mark: save the file as UTF-8 without BOM",
        ),
        (b"name: caf\xe9\n", "1:10: : byte 0xe9 is not UTF-8: save the file as UTF-8"),
        (
            b"name: a\x00b\n",
            "1:8: : the character U+0000 (control character) has no place in a scenario",
        ),
        (
            b"name: a\x1bb\n",
            "1:8: : the character U+001B (control character) has no place in a scenario",
        ),
        (
            "name: a\u202eb\n".encode(),
            "1:8: : the character U+202E (right-to-left override) has no place in a scenario",
        ),
        (
            "name:\u00a0b\n".encode(),
            "1:6: : the character U+00A0 (no-break space) has no place in a scenario",
        ),
        (b"", "1:1: : is empty: a scenario needs name, extends, region and levers"),
        (b"# nothing\n", "1:1: : is empty: a scenario needs name, extends, region and levers"),
        (b"- a\n", "1:1: : expects keys at top level: name, extends, region, levers"),
        (b"just text\n", "1:1: : expects keys at top level: name, extends, region, levers"),
        (b"a: 1\n---\nb: 1\n", "2:1: : a second document starts here: one scenario a file"),
        (b"%YAML 1.1\n---\na: b\n", "2:1: : directives (%YAML, %TAG) are not read: take them out"),
        (b"# " + b"x" * MAX_BYTES, "is larger than 64 KiB, more than a scenario can need"),
        (b"a: " + b"[" * 3000, "1:11: a: more than 8 levels deep"),
        (b"- " * 3000, "1:17: : more than 8 levels deep"),
        (b"levers: {" + b"a," * 6000, "1:5008: levers.a: "),
    ],
)  # fmt: skip
def test_an_odd_file_is_refused(here: Path, content: bytes, message: str) -> None:
    found = faults(here, content)
    if message.endswith("levers.a: "):
        assert found[-1].endswith("more than 5,000 values")
        return
    assert found == [message]


def test_what_is_no_file_is_refused(here: Path) -> None:
    for path, message in [
        (here / "missing.yaml", "no such file; shipped: no_policy, agency_procurement"),
        (here, "is a folder; give a scenario's name or its file"),
        ("a\0b.yaml", "no such file"),
        ("", "is a folder"),
        ("nosuch", "neither a shipped scenario nor a file; shipped: no_policy, agency_procurement"),
        ("hotel_memorandum.yaml", "no such file, did you mean 'hotel_memorandum'?"),
    ]:
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path)
        assert caught.value.faults[0].message.startswith(message)
        # One line: a file that cannot be read has no faults to count.
        assert "\n" not in str(caught.value)
        assert "1 error" not in str(caught.value)
    with pytest.raises(ScenarioError, match="neither a shipped scenario nor a file, did you mean"):
        load_scenario("cash_gant")


def test_a_file_beside_is_named_when_its_name_is_nearly_right(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "town_rule.yaml").write_text("name: town_rule\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(here / "twn_rule.yaml")
    assert str(caught.value).endswith(
        f"no such file, did you mean {str(here / 'town_rule.yaml')!r}?"
    )
    monkeypatch.chdir(here)
    with pytest.raises(ScenarioError, match=r"did you mean 'town_rule\.yaml'\?$"):
        load_scenario("town_rule")


# -- extends


@pytest.mark.parametrize(
    "parent", ["../base.yaml", "/etc/base.yaml", "sub/base.yaml", "..", "C:\\base.yaml", "~/b.yaml"]
)
def test_extends_stays_inside_the_scenario_folders(here: Path, parent: str) -> None:
    write(here.parent, HEAD, "base.yaml")
    text = f"name: x\nextends: '{parent}'\n"
    found = faults(here, text)
    assert len(found) == 1
    assert found[0].endswith(
        "lies outside the scenario folders: "
        "name a shipped scenario, or a file in this file's own folder"
    )


def test_a_link_that_leads_out_is_refused(here: Path) -> None:
    own = here / "own"
    own.mkdir()
    write(here, HEAD, "base.yaml")
    try:
        (own / "base.yaml").symlink_to(here / "base.yaml")
    except (OSError, NotImplementedError):  # Windows without the right to link
        pytest.skip("no symbolic links here")
    found = write(own, "name: x\nextends: base\n")
    with pytest.raises(ScenarioError, match="link that leads out"):
        load_scenario(found)


def test_an_unknown_parent_is_one_fault(here: Path) -> None:
    found = faults(here, "name: x\nextends: cash_gant\n")
    assert found == [
        (
            "2:10: extends: no scenario 'cash_gant' is shipped or stands beside this file, "
            "did you mean 'cash_grant'?"
        )
    ]


def test_a_cycle_is_told_with_its_files(here: Path) -> None:
    write(here, "name: a\nextends: b\n", "a.yaml")
    write(here, "name: b\nextends: a.yaml\n", "b.yaml")
    with pytest.raises(ScenarioError, match=r"a scenario cannot extend itself: a -> b -> a"):
        load_scenario("a.yaml")


def test_a_chain_has_an_end(here: Path) -> None:
    for i in range(12):
        write(here, f"name: s{i}\nextends: s{i + 1}\n", f"s{i}.yaml")
    with pytest.raises(ScenarioError, match="more than 8 files extend one another"):
        load_scenario("s0.yaml")
