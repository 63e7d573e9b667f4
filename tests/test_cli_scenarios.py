"""The commands check, list, show and init: data on stdout, messages on stderr, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kemitraan import cli
from scenarios import list_scenarios, load_scenario
from sim.parameters import levers, registry
from tests import scenario_files
from tests.scenario_files import HEAD, write

here = scenario_files.here
ROOT = Path(__file__).parent.parent


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.main(words)
    out, err = capsys.readouterr()
    return code, out, err


def process(*words: str, code: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "kemitraan", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", env=environment, check=False, timeout=120
    )


def test_check_prints_ok_and_ends_with_0(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, HEAD)
    assert run(capsys, "check", "wajib.yaml", "no_policy") == (
        0,
        "wajib.yaml: ok\nno_policy: ok\n",
        "",
    )


def test_check_tells_the_faults_of_every_file(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, HEAD)
    write(here, HEAD + "months: 0\n", "short.yaml")
    write(here, HEAD + "levers: {hotl: {}}\n", "typo.yaml")
    code, out, err = run(capsys, "check", "short.yaml", "wajib.yaml", "typo.yaml")
    assert (code, out) == (2, "wajib.yaml: ok\n")
    assert err.splitlines() == [
        "short.yaml:4:9: months: 0 is out of range [1..600, default 108]",
        "      4 | months: 0",
        "        |         ^",
        "1 error in short.yaml",
        "typo.yaml:4:10: levers.hotl: unknown lever group, did you mean 'hotel'?",
        "      4 | levers: {hotl: {}}",
        "        |          ^^^^",
        "1 error in typo.yaml",
    ]


def test_check_finds_a_region_that_is_not_there(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, HEAD.replace("surabaya", "surabay"))
    code, _, err = run(capsys, "check", "wajib.yaml")
    assert code == 2
    assert err.splitlines()[0] == (
        "wajib.yaml:3:9: region: no region or folder 'surabay', did you mean 'surabaya'?"
    )


def test_check_finds_the_region_and_every_other_fault_at_once(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "u1.yaml").write_text(
        "name: u1\nextends: no_policy\nmonth: 1\nregion: surabya\nfoo: 1\n", encoding="utf-8"
    )
    code, _, err = run(capsys, "check", "u1.yaml")
    assert code == 2
    found = [line for line in err.splitlines() if line.startswith("u1.yaml:")]
    assert [line.split(": ")[:2] for line in found] == [
        ["u1.yaml:3:1", "month"], ["u1.yaml:4:9", "region"], ["u1.yaml:5:1", "foo"],
    ]  # fmt: skip
    assert "no region or folder 'surabya', did you mean 'surabaya'?" in found[1]
    assert err.splitlines()[-1] == "3 errors in u1.yaml"
    # A region that the extended file names is told at its own place.
    (here / "u2.yaml").write_text("name: u2\nextends: u1\nbar: 1\n", encoding="utf-8")
    _, out, _ = run(capsys, "check", "--json", "u2.yaml")
    keys = [(fault["file"], fault["key"]) for fault in json.loads(out)[0]["faults"]]
    assert keys == [
        ("u2.yaml", "bar"), ("u1.yaml", "month"), ("u1.yaml", "region"), ("u1.yaml", "foo"),
    ]  # fmt: skip
    _, _, err = run(capsys, "check", "nothing.yaml")
    assert "region" not in err


def test_check_as_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, HEAD + "months: 0\n")
    code, out, err = run(capsys, "check", "--json", "wajib.yaml", "cash_grant")
    assert (code, err) == (2, "")
    bad, good = json.loads(out)
    assert (good["ok"], good["faults"]) == (True, [])
    assert bad["faults"] == [
        {
            "file": "wajib.yaml",
            "line": 4,
            "column": 9,
            "key": "months",
            "message": "0 is out of range [1..600, default 108]",
        }
    ]


def test_list_scenarios_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "list", "scenarios")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:]] == list_scenarios()
    assert "Tanpa kebijakan" in run(capsys, "list", "scenarios", "--lang", "id")[1]
    code, _, err = run(capsys, "list", "scenarios", "--lang", "fr")
    assert (code, err) == (2, "--lang fr: no such language; known: en, id\n")


def test_list_parameters_and_levers_hold_every_one(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(run(capsys, "list", "parameters", "--json")[1])
    assert [row["name"] for row in rows] == list(registry())
    assert all(row["sources"] for row in rows)
    rows = json.loads(run(capsys, "list", "levers", "--json")[1])
    assert [row["name"] for row in rows] == list(levers())


def test_list_regions(capsys: pytest.CaptureFixture[str]) -> None:
    from scenarios.region import list_regions

    out = run(capsys, "list", "regions")[1].splitlines()
    assert [line.split()[0] for line in out[1:]] == list_regions()
    assert out[0].split() == ["name", "title", "firms", "hotels", "districts"]
    assert next(line for line in out if line.startswith("surabaya")).split()[1:] == [
        "City", "of", "Surabaya", "140000", "240", "31",
    ]  # fmt: skip
    rows = json.loads(run(capsys, "list", "regions", "--json", "--lang", "id")[1])
    assert rows[1] == {
        "name": "surabaya",
        "title": "Kota Surabaya",
        "firms": 140000,
        "hotels": 240,
        "districts": 31,
    }
    assert run(capsys, "list", "regions", "--lang", "id")[1].split()[2:5] == [
        "usaha", "hotel", "kecamatan",
    ]  # fmt: skip


def test_an_unknown_parameter_points_to_the_list(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, HEAD + "assume: {theta: 1, displacment: 0.2}\n")
    _, _, err = run(capsys, "check", "wajib.yaml")
    assert "assume.theta: unknown parameter; see 'kemitraan list parameters'" in err
    assert "assume.displacment: unknown parameter, did you mean 'displacement'?" in err
    _, _, err = run(capsys, "check", "wajib.yaml", "--lang", "id")
    assert "parameter tidak dikenal; lihat 'kemitraan list parameters'" in err


def test_list_of_nothing_known_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "list", "lever") == (
        2,
        "",
        "nothing called 'lever' to list, did you mean 'levers'?\n",
    )


def test_show_tells_what_a_scenario_sets_and_where(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, HEAD + "levers: {hotel: {quota: 0.2}}\nassume: {displacement: 0.4}\n")
    code, out, err = run(capsys, "show", "wajib.yaml", "--months", "96")
    assert (code, err) == (0, "")
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line}
    assert rows["hotel.quota"][1] == "0.2"
    assert rows["hotel.quota"][-1] == "wajib.yaml:4"
    assert rows["hotel.coverage"][-1].startswith("mandated_hotel_partnership.yaml:")
    assert rows["displacement"][-1] == "wajib.yaml:5"
    said = " ".join(rows["months"])
    assert said.startswith("months 96 flag, replaces 108 (mandated_hotel_partnership.yaml:")
    assert "payment.max_days" not in rows


def test_show_resolved_holds_every_lever_and_parameter(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, HEAD + "assume: {displacement: {range: [0.2, 0.8], source: interviews}}\n")
    _, out, _ = run(capsys, "show", "wajib.yaml", "--resolved", "--json")
    document = json.loads(out)
    scenario = load_scenario("wajib.yaml")
    assert document["scenario"] == scenario.resolved()
    assert document["digest"] == scenario.digest()
    shown = {row["lever"]: row for row in document["levers"]}
    assert list(shown) == list(levers())
    assert shown["payment.max_days"]["from"] == "default"
    assert shown["payment.max_days"]["value"] == 365
    parameters = {row["parameter"]: row for row in document["parameters"]}
    assert list(parameters) == list(registry())
    assert parameters["displacement"]["source"] == "interviews"
    assert parameters["displacement"]["from"] == "wajib.yaml:4"
    assert {row["from"] for name, row in parameters.items() if name != "displacement"} == {
        "registry"
    }


def test_init_writes_a_complete_scenario_and_never_overwrites(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "init", "My rule.yaml", "--from", "hotel_memorandum")
    assert (code, out) == (0, "")
    assert err.startswith("wrote My rule.yaml")
    scenario = load_scenario("My rule.yaml")
    assert scenario.name == "my_rule"
    assert scenario.levers == load_scenario("hotel_memorandum").levers
    before = (here / "My rule.yaml").read_bytes()
    assert run(capsys, "init", "My rule.yaml")[::2] == (
        2,
        "My rule.yaml: is there already; choose another name\n",
    )
    assert (here / "My rule.yaml").read_bytes() == before


@pytest.mark.parametrize("parent", list_scenarios())
def test_the_lines_init_comments_out_are_valid(
    here: Path, capsys: pytest.CaptureFixture[str], parent: str
) -> None:
    run(capsys, "init", "rule.yaml", "--from", parent)
    lines = (here / "rule.yaml").read_text(encoding="utf-8").splitlines()
    opened = [line[2:] if line.startswith(("#  ", "# ass", "# inst")) else line for line in lines]
    scenario_text = "\n".join(opened).replace("\nlevers:\nassume:", "\nassume:") + "\n"
    write(here, scenario_text, "opened.yaml")
    opened_scenario, original = load_scenario("opened.yaml"), load_scenario(parent)
    assert opened_scenario.levers == original.levers
    assert opened_scenario.assume["displacement"].low == 0.2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("init", "rule.txt"), "rule.txt: a scenario file ends in .yaml; write rule.yaml\n"),
        (("init", "no/such/rule.yaml"), "no/such/rule.yaml: there is no folder "),
        (("init", "r.yaml", "--from", "x"), "--from x: no shipped scenario of this name; known: "),
        (("chek",), "no command 'chek', did you mean 'check'?\n"),
        (("show", "cash_gant"), "cash_gant: neither a shipped scenario nor a file, did you mean"),
        (("show",), "Usage: kemitraan show"),
        (("check", "--what"), "Usage: kemitraan check"),
    ],
)
def test_wrong_use_ends_with_2_and_a_short_message(
    here: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 4


def test_an_internal_error_is_one_line_unless_debug(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(words: list[str]) -> int:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr(cli, "_run", broken)
    code, out, err = run(capsys, "list", "levers")
    assert (code, out) == (1, "")
    assert err == (
        "internal error: ZeroDivisionError: division by zero; run again with --debug to see where\n"
    )
    with pytest.raises(ZeroDivisionError):
        cli.main(["list", "levers", "--debug"])


def test_an_interrupt_ends_with_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.budget.load_scenario", interrupted)
    assert run(capsys, "check", "no_policy") == (130, "", "interrupted\n")


def test_a_reader_that_stops_is_no_error() -> None:
    code = (
        "import os, sys\n"
        "from kemitraan.cli import main\n"
        "read, write = os.pipe()\n"
        "os.close(read)\n"
        "os.dup2(write, 1)\n"
        "sys.exit(main(['list', 'parameters']))\n"
    )
    done = process(code=code)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from kemitraan.cli import main\n"
        "code = main(['--help'])\n"
        "heavy = ('numpy', 'pandas', 'numba', 'mesa', 'pydantic', 'ruamel', 'matplotlib', 'rich')\n"
        "print([name for name in heavy if name in sys.modules], code)\n"
    )
    done = process(code=code)
    assert done.stdout.splitlines()[-1] == "[] 0"
    assert "check" in done.stdout


def test_the_module_is_the_command_and_files_get_utf8(here: Path) -> None:
    write(here, HEAD + "title: Wajib \u2013 rumah makan\n")
    done = process("show", "wajib.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Wajib \u2013 rumah makan" in done.stdout
    assert process("--version").stdout.startswith("kemitraan")


def test_one_thread_before_numpy() -> None:
    code = "import os, kemitraan.cli; print(os.environ['OPENBLAS_NUM_THREADS'])"
    assert process(code=code).stdout.strip() == os.environ.get("OPENBLAS_NUM_THREADS", "1")
