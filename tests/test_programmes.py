"""The file of mentor programmes: every number has kind and source, and faults are told by place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.build.programmes import add_coaching
from sim.parameters import RegistryError
from sim.parameters.programmes import FEATURES, OFFICES, programmes, read_programmes
from sim.parameters.registry import FOLDER
from tests.lab import lab_world, surabaya, town


def edited(tmp_path: Path, old: str, new: str) -> Path:
    """The shipped file with the first `old` replaced, beside the shipped sources."""
    for name in ("sources.yaml", "evidence.csv"):
        shutil.copy(FOLDER / name, tmp_path / name)
    text = (FOLDER / "programmes.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "programmes.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_shipped_programmes() -> None:
    found = programmes()
    assert [one.key for one in found] == ["telkom", "kadin", "city"]
    for one in found:
        assert set(one.title) == {"en", "id"}
        assert one.office in OFFICES
        assert len(one.criteria) == len(FEATURES)
        assert sum(weight * weight for weight in one.criteria) == pytest.approx(1.0)
        # No figure of any programme was published: none may look as if it had been.
        assert {entry.kind for entry in one.attributes.values()} == {"assumed"}
        assert 0.0 <= one.competence("no such trade") <= 1.0
    assert found[1].competence("food_and_cakes") > found[1].competence("sewing")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    value: 0.3\n", "    value: 1.3\n", "telkom: places_share: value: 1.3 is outside"),
        ("    value: 0.3\n", "    value: 0.4\n", "places_share: all together are 1.1, not 1"),
        ("  cost_ratio:", "  cost_ration:", "telkom: cost_ratio: missing"),
        ("  cost_ratio:", "  cost_ration:", "telkom: cost_ration: unknown field"),
        ("    value: 1\n    unit: times the mean", "    value: 2\n    unit: times the mean",
         "cost_ratio: the mean over places is 1.3, not 1"),
        ("place: populous", "place: nowhere", "office: 'nowhere' is not one of centre, populous"),
        ("source: telkom_criteria", "source: hearsay", "'hearsay' is not in sources.yaml"),
        ('title: {en: "PT Telkom", id: "PT Telkom"}', "title: PT Telkom", "telkom: title: expects"),
        ("    value: 0.9\n    unit: weight", "    value: 0\n    unit: weight", ""),
    ],
)  # fmt: skip
def test_faults_name_programme_and_field(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = edited(tmp_path, old, new)
    if not message:  # the city still weighs nearness
        assert read_programmes(path)[2].criteria == (0.0, 0.0, 0.0, 0.0, 1.0)
        return
    with pytest.raises(RegistryError) as caught:
        read_programmes(path)
    assert message in str(caught.value)


def test_a_programme_without_criteria_is_refused(tmp_path: Path) -> None:
    path = edited(tmp_path, "    value: 0.9\n    unit: weight", "    value: 0\n    unit: weight")
    text = path.read_text(encoding="utf-8")
    head, city = text.split("\ncity:")
    path.write_text(
        head
        + "\ncity:"
        + city.replace("value: 0.3\n    unit: weight", "value: 0\n    unit: weight"),
        encoding="utf-8",
    )
    with pytest.raises(RegistryError, match="city: weights: all are 0"):
        read_programmes(path)


def test_offices_stand_inside_the_region() -> None:
    for region in (surabaya(), town(hotels_a_class=0)):
        world = lab_world(region, scale=100 if region.firms > 10_000 else 1)
        tables = add_coaching(world.tables, world.names.sectors)
        assert tables.coaching.size == world.n_firms
        assert tables.competence.shape == (3, len(world.names.sectors))
        for axis in ("x", "y"):
            firms = world.tables.firms[axis]
            assert (tables.programmes[axis] > firms.min()).all()
            assert (tables.programmes[axis] < firms.max()).all()
