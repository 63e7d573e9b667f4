"""A study as plain data: everything comes back, nothing of this machine stays in it."""

import numpy as np
import pytest

from experiments.calibration.ensemble import Ensemble
from experiments.compare import load_study
from experiments.ensembles import with_ensemble
from experiments.study_json import study_from_json, study_to_json
from sim.errors import KemitraanError

TABLES = ("districts", "villages", "sectors", "hotels", "hotel_weights", "goods", "provenance")


def made(tmp_path, **options):
    """A study with a scenario of one's own, with a shock, an assumption and a budget."""
    (tmp_path / "mine.yaml").write_text(
        "name: mine\nextends: cash_grant\nregion: kutai_timur\n"
        "assume: {displacement: {range: [0.2, 0.8], source: a talk}}\n"
        "shocks: [{month: 30, months: 3, sector: laundry, size: -0.3}]\n"
        "budget: {million_rp_per_year: 900, spend_on: [cash_grant.million_rp_per_year]}\n",
        encoding="utf-8",
    )
    given = [str(tmp_path / "mine.yaml"), "ecommerce_collaboration"]
    options = {"region": "kutai_timur", "seed": 3, "scale": 50, "months": 48} | options
    return load_study(given, "no_policy", lang="en", **options)[0]


def test_a_study_comes_back_whole(tmp_path):
    study = made(tmp_path)
    content = study_to_json(study)
    again = study_from_json(content, study.digest())
    assert study_to_json(again) == content
    assert again.digest() == study.digest()
    assert again.scenarios == study.scenarios
    assert again.parameters == study.parameters
    assert list(again.varied.items()) == list(study.varied.items())
    assert again.guesses == study.guesses
    assert again.follows_sales == study.follows_sales
    for name in TABLES:
        before, after = getattr(study.region, name), getattr(again.region, name)
        assert before.equals(after), name
        assert (before.dtypes == after.dtypes).all(), name
    assert [type(s.levers) for s in again.scenarios] == [dict] * 3
    assert str(tmp_path) not in content.decode()


def test_an_ensemble_comes_with_it(tmp_path):
    study = made(tmp_path)
    names = tuple(list(study.varied)[:3])
    members = np.array([[0.1, 0.25, 1 / 3], [0.4, 0.5, 0.6]])
    study = with_ensemble(study, Ensemble(names, members, {"region": "kutai_timur"}))
    again = study_from_json(study_to_json(study), study.digest())
    assert again.ensemble == study.ensemble
    np.testing.assert_array_equal(again.ensemble.members, members)
    assert again.together == study.together


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"=": "Study"}', b'{"=": "Path"}', b"[]", b"\xff"]
)
def test_what_is_no_study_is_refused(content):
    with pytest.raises(KemitraanError, match=r"inputs\.json"):
        study_from_json(content, "0")


def test_another_study_is_refused(tmp_path):
    study = made(tmp_path)
    content = study_to_json(study).replace(b'"seed": 3', b'"seed": 4')
    with pytest.raises(KemitraanError, match="is not what the runs of this folder were made from"):
        study_from_json(content, study.digest())
