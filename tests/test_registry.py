"""The registry: every number has its evidence, and a set of values is safe to hand around."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.parameters import (
    PROPERTIES,
    ParameterError,
    Parameters,
    RegistryError,
    assumed,
    evidence,
    fixed_guesses,
    goods_names,
    lever_groups,
    levers,
    registry,
)
from sim.parameters.levers import read_levers
from sim.parameters.programmes import programmes
from sim.parameters.registry import FOLDER, read_registry
from sim.parameters.value_inputs import guessed_part

SOURCES = "project:\n  title: assumption\n  url: null\n  year: 2026\n"
ENTRY = {
    "value": "0.5",
    "unit": "share",
    "range": "[0.0, 1.0]",
    "kind": "assumed",
    "source": "project",
    "checked_on": "2026-11-22",
    "note": "a guess",
}


def folder(tmp_path: Path, *, sources: str = SOURCES, **changes: str | None) -> Path:
    fields = {**ENTRY, **changes}
    lines = [f"  {k}: {v}\n" for k, v in fields.items() if v is not None]
    (tmp_path / "group.yaml").write_text("displacement:\n" + "".join(lines), encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(sources, encoding="utf-8")
    return tmp_path


def fault(tmp_path: Path, **changes: str | None) -> str:
    with pytest.raises(RegistryError) as caught:
        read_registry(folder(tmp_path, **changes))
    return str(caught.value)


def test_a_complete_entry_is_read(tmp_path: Path) -> None:
    entry = read_registry(folder(tmp_path))["displacement"]
    assert (entry.value, entry.low, entry.high, entry.unit) == (0.5, 0.0, 1.0, "share")
    assert entry.sources[0].title == "assumption"
    assert entry.checked_on == date(2026, 11, 22)
    assert entry.group == "group"
    assert not entry.fixed


@pytest.mark.parametrize("field", sorted(ENTRY))
def test_an_entry_without_a_field_fails_by_name(tmp_path: Path, field: str) -> None:
    assert fault(tmp_path, **{field: None}) == f"group.yaml: displacement: {field}: missing"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": "1.5"}, "value: 1.5 is outside its range [0..1]"),
        ({"value": ".nan"}, "value: expects a finite number, got nan"),
        ({"value": "true"}, "value: expects a finite number, got True"),
        ({"range": "[1, 0]"}, "range: expects [low, high] with low <= high, got [1, 0]"),
        ({"range": "[0]"}, "range: expects [low, high] with low <= high, got [0]"),
        (
            {"kind": "guessed"},
            "kind: 'guessed' is not one of measured, estimated, literature, assumed",
        ),
        ({"source": "nobody"}, "source: 'nobody' is not in sources.yaml"),
        (
            {"checked_on": "yesterday"},
            "checked_on: expects a date such as 2026-11-22, got 'yesterday'",
        ),
        ({"note": "''"}, "note: expects a text"),
        ({"fixed": "maybe"}, "fixed: expects true or false"),
        ({"valeu": "3"}, "valeu: unknown field"),
        ({"evidence": "3"}, "evidence: expects a list of evidence rows such as [E101]"),
    ],
)
def test_a_wrong_entry_names_file_entry_and_field(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    assert fault(tmp_path, **changes) == f"group.yaml: displacement: {message}"


ROWS = """id,role,quantity,value,known_from
E101,parameter,firms counted,3,page read
E102,calibration,firms recalled,3,"recalled, verify"
E103,parameter,firms guessed,3,assumed
"""


def rows(tmp_path: Path, text: str = ROWS) -> Path:
    (tmp_path / "evidence.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_evidence_rows_must_exist(tmp_path: Path) -> None:
    assert "evidence: 'E999' is no row of evidence" in fault(
        rows(tmp_path), evidence="[E101, E999]"
    )


@pytest.mark.parametrize("kind", ["measured", "literature", "estimated"])
def test_a_value_that_is_no_guess_names_its_row(tmp_path: Path, kind: str) -> None:
    message = f"missing: a value of kind {kind} names the row it comes from, such as [E101]"
    assert fault(rows(tmp_path), kind=kind) == f"group.yaml: displacement: evidence: {message}"
    assert read_registry(folder(tmp_path, kind=kind, evidence="[E101]"))["displacement"].evidence


@pytest.mark.parametrize("row", ["E102", "E103"])
def test_a_published_value_rests_on_a_row_that_somebody_read(tmp_path: Path, row: str) -> None:
    rows(tmp_path)
    for kind in ("measured", "literature"):
        message = fault(tmp_path, kind=kind, evidence=f"[{row}]")
        assert f"evidence: {row}: recalled or a guess" in message
        read_registry(folder(tmp_path, kind=kind, evidence=f"[{row}, E101]"))
    for kind in ("assumed", "estimated"):
        read_registry(folder(tmp_path, kind=kind, evidence=f"[{row}]"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("E104,validation,x,1,page read", "role: 'validation' is not one of parameter, calibr"),
        ("E104,parameter,,1,page read", "line 5: quantity: missing"),
        ("E104,parameter,x,1,", "line 5: known_from: missing"),
        ("E101,parameter,x,1,page read", "evidence.csv: E101: stands twice"),
    ],
)
def test_a_faulty_row_of_evidence_is_a_fault_of_the_registry(
    tmp_path: Path, line: str, message: str
) -> None:
    assert message in fault(rows(tmp_path, f"{ROWS}{line}\n"))


def test_no_good_of_the_table_goes_without_its_row(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "sources.yaml").write_bytes((FOLDER / "sources.yaml").read_bytes())
    assert len(read_registry(tmp_path)) > 50
    table = tmp_path / "goods.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",G19\n", ",\n"), encoding="utf-8")
    with pytest.raises(RegistryError, match=r"^goods.csv: goods.cakes.shelf_life: evidence: miss"):
        read_registry(tmp_path)


def test_the_shipped_rows_are_known_and_none_is_kept_for_replay() -> None:
    known = evidence()
    assert len(known) > 200
    assert {row.role for row in known.values()} == {"parameter", "calibration"}
    assert known["E173"].read
    assert known["E181"].recalled
    assert not known["G27"].read  # two cakes a room-night are assumed
    assert not known["G27"].recalled


UNITS = (1.0, 0.01, 1000.0, 1e-6)
"""Between a row and its parameter: none, per cent, billion, rupiah to million rupiah."""
WORKED_OUT = {
    "practice_forgetting": lambda of: 1 - (1 - of("F02") / 100) ** (1 / 102),
    "formal_credit_share": lambda of: 1 - of("E101") / 100,
    "micro_share": lambda of: 1e6 * of("E002") / total(of),
    "small_share": lambda of: 1e3 * of("E003") / total(of),
    "goods.school_uniforms.orders": lambda of: of("G76") / 12,
    "goods.sand_and_stone.lot": lambda of: 1e-6 * of("G79") * of("G82"),
}
IN_WORDS = {
    "commission",
    "free_orders",
    "goods.cakes.lead_time",
    "goods.school_uniforms.certificate_needed",
}
"""Taken from what a row says, not from its number: within a range, in its words."""


def total(of: Callable[[str], float]) -> float:
    return 1e6 * of("E002") + 1e3 * of("E003") + 1e3 * of("E004")


def test_what_is_measured_or_read_has_the_value_of_its_row() -> None:
    def of(row: str) -> float:
        return float(evidence()[row].value)

    published = [p for p in registry().values() if p.kind in ("measured", "literature")]
    names = {p.name for p in published}
    assert names >= {*WORKED_OUT, *IN_WORDS}
    for entry in published:
        if entry.name in WORKED_OUT:
            assert entry.value == pytest.approx(WORKED_OUT[entry.name](of), rel=5e-3), entry.name
        elif entry.name not in IN_WORDS:
            printed = [
                unit * of(row) for row in entry.evidence if "-" not in evidence()[row].value
                for unit in UNITS
            ]  # fmt: skip
            assert any(entry.value == pytest.approx(each) for each in printed), entry.name


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    assert len(fault(tmp_path, value="2", kind="x", source="y").splitlines()) == 3


def test_a_name_in_two_files_is_refused(tmp_path: Path) -> None:
    folder(tmp_path)
    text = (tmp_path / "group.yaml").read_text(encoding="utf-8")
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RegistryError, match=r"other.yaml: displacement: already an entry of group"):
        read_registry(tmp_path)


def test_a_source_needs_title_url_and_year(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"sources.yaml: project: expects exactly"):
        read_registry(folder(tmp_path, sources="project:\n  title: x\n"))


def test_unreadable_yaml_is_a_registry_error(tmp_path: Path) -> None:
    (folder(tmp_path) / "broken.yaml").write_text("a: [1,\n", encoding="utf-8")
    with pytest.raises(RegistryError, match=r"broken.yaml: not readable as YAML"):
        read_registry(tmp_path)


def test_the_shipped_registry_is_complete() -> None:
    entries = registry()
    assert entries is registry()
    assert len(entries) > 100
    for entry in entries.values():
        assert entry.low <= entry.value <= entry.high
        assert entry.sources
        assert entry.note
        low, high = entry.bounds
        assert low <= entry.low <= entry.high <= high


def test_every_source_is_used() -> None:
    from sim.parameters.entries import read_sources

    sources, faults = read_sources(FOLDER / "sources.yaml")
    assert faults == []
    used = {source.title for entry in registry().values() for source in entry.sources}
    assert [key for key, source in sources.items() if source.title not in used] == []


def test_only_guesses_with_a_range_are_varied() -> None:
    for name in assumed():
        entry = registry()[name]
        good = name.split(".")[1] if name.endswith(".value") else ""
        assert entry.kind == "assumed" or guessed_part(good, entry) > 0.0
        assert not entry.fixed
        assert entry.low < entry.high


def test_a_value_computed_from_a_guess_is_varied_and_one_from_figures_is_not() -> None:
    assert "goods.cakes.value" in assumed()  # two pieces a room-night are assumed
    assert "goods.laundry_service.value" in assumed()  # and that every hotel gives its laundry out
    assert "goods.slippers.value" not in assumed()


def test_guesses_held_fixed_are_known_by_name() -> None:
    fixed = fixed_guesses()
    assert set(fixed) == {
        "candidates", "micro_sigma", "pool_minimum", "platform_on", "search_months",
    }  # fmt: skip
    assert not {*fixed} & {*assumed()}
    assert all(registry()[name].fixed for name in fixed)


def test_goods_are_parameters_too() -> None:
    assert registry()["goods.cakes.standardisation"].unit == "0-1"
    assert registry()["goods.slippers.value"].kind == "estimated"  # derived in the table
    # Their range is the spread between firms, not a doubt about one value.
    assert registry()["goods.cakes.shelf_life"].fixed
    assert registry()["goods.cakes.lead_time"].fixed


def test_numbers_of_mentor_programmes_are_parameters_too() -> None:
    own = {p.name: p for p in registry().values() if p.group == "programmes"}
    names = [f"programmes.{one.key}.{name}" for one in programmes() for name in one.attributes]
    assert list(own) == names
    assert {"programmes.telkom.places_share", "programmes.kadin.competence_food_and_cakes"} < {*own}
    assert {*own} <= {*assumed()}
    # A stage lies between 0 and 1 whatever anybody assumes.
    assert own["programmes.city.content_target"].bounds == (0.0, 1.0)
    changed = Parameters.default().replace(**{"programmes.city.content_target": 0.7})
    assert changed.programmes() == {
        **Parameters.default().programmes(),
        "programmes.city.content_target": 0.7,
    }
    with pytest.raises(ParameterError, match=r"programmes.city.cost_ratio: 3 is out of range"):
        changed.replace(**{"programmes.city.cost_ratio": 3.0})


def test_faults_of_a_programme_are_faults_of_the_registry(tmp_path: Path) -> None:
    text = (FOLDER / "programmes.yaml").read_text(encoding="utf-8")
    for name in ("sources.yaml", "evidence.csv", "figures.csv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    path = tmp_path / "programmes.yaml"
    path.write_text(text.replace("value: 0.45", "value: 1.45", 1), encoding="utf-8")
    with pytest.raises(RegistryError) as caught:
        read_registry(tmp_path)
    message = "telkom: content_target: value: 1.45 is outside its range [0..1]"
    assert str(caught.value) == f"programmes.yaml: {message}"


def test_values_replace_and_refuse() -> None:
    values = Parameters.default()
    changed = values.replace(displacement=0.25)
    assert (values["displacement"], changed["displacement"]) == (
        registry()["displacement"].value,
        0.25,
    )
    with pytest.raises(ParameterError, match=r"'displacment' is no parameter, did you mean 'displ"):
        values.replace(displacment=0.5)
    with pytest.raises(ParameterError, match=r"displacement: 2 is out of range \[0..1, default"):
        values.replace(displacement=2)
    with pytest.raises(ParameterError, match="not a finite number"):
        values.replace(check=False, displacement=math.nan)
    with pytest.raises(ParameterError, match="out of range"):
        values.replace(check=False, displacement=1.5)  # a share stays a share
    with pytest.raises(ParameterError, match="is no parameter"):
        values["nothing_of_the_kind"]


def test_a_value_beyond_its_range_goes_in_unchecked_within_hard_bounds() -> None:
    wide = next(e for e in registry().values() if not e.fixed and math.isinf(e.bounds[1]))
    values = Parameters.default().replace(check=False, **{wide.name: wide.high * 2 + 1})
    assert values[wide.name] == wide.high * 2 + 1


def test_equal_values_are_equal_sets() -> None:
    values = Parameters.default()
    backwards = Parameters(dict(reversed(list(values.values.items()))))
    assert values == backwards
    assert hash(values) == hash(backwards)
    assert values.digest() == backwards.digest()
    assert values.replace(displacement=0.25).digest() != values.digest()
    assert pickle.loads(pickle.dumps(values)) == values


def test_a_set_does_not_follow_later_changes_of_the_given_mapping() -> None:
    given = dict(Parameters.default().values)
    values = Parameters(given)
    given["displacement"] = 0.99
    assert values["displacement"] == registry()["displacement"].value


def test_the_record_has_every_parameter_but_goods_and_programmes_as_float64() -> None:
    values = Parameters.default()
    record = values.record()
    assert record.shape == (1,)
    names = [name for name in registry() if not name.startswith(("goods.", "programmes."))]
    assert list(record.dtype.names or ()) == names
    assert all(record.dtype[name] == np.float64 for name in names)
    assert record["displacement"][0] == values["displacement"]


def test_the_goods_table_has_a_row_a_good_in_the_order_asked() -> None:
    values = Parameters.default().replace(**{"goods.cakes.standardisation": 0.5})
    table = values.goods_table(["slippers", "cakes"])
    assert table.shape == (2, len(PROPERTIES))
    assert table[1, PROPERTIES.index("standardisation")] == 0.5
    assert table[0, PROPERTIES.index("value")] == registry()["goods.slippers.value"].value
    spread = values.goods_spread(["cakes"])
    shelf, lead = registry()["goods.cakes.shelf_life"], registry()["goods.cakes.lead_time"]
    assert spread.tolist() == [[shelf.low, shelf.high, lead.low, lead.high]]
    assert values.goods_table([]).shape == (0, len(PROPERTIES))
    with pytest.raises(ParameterError, match=r"'cake' is no known good, did you mean 'cakes'"):
        values.goods_table(["cake"])


def test_levers_are_named_by_group_and_key() -> None:
    quota = levers()["hotel.quota"]
    assert (quota.group, quota.key, quota.null, quota.low, quota.high) == (
        "hotel",
        "quota",
        0.0,
        0.0,
        1.0,
    )
    assert quota.ramped
    assert levers()["inspection.targeting"].choices == ("random", "risk", "complaint")
    assert levers()["hotel.goods"].choices == goods_names()
    assert lever_groups()["restaurant"].keys == lever_groups()["hotel"].keys
    assert set(quota.doc) == {"en", "id"}


def test_a_lever_without_null_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "levers.yaml"
    path.write_text(
        "hotel:\n  doc: {en: a, id: b}\n  levers:\n    quota:\n      kind: number\n      unit: x\n",
        encoding="utf-8",
    )
    with pytest.raises(RegistryError, match=r"levers.yaml: hotel.quota: null_value: missing"):
        read_levers(path)


def test_the_policy_compiler_knows_every_lever() -> None:
    from scenarios import LeverSetting
    from sim.policy import compile_policy

    settings = {name: LeverSetting(name, lever.null, 24, 0, 83) for name, lever in levers().items()}
    nothing = compile_policy({}, goods_names(), 108)
    for given, null in zip(compile_policy(settings, goods_names(), 108), nothing, strict=True):
        assert given.tobytes() == null.tobytes()
