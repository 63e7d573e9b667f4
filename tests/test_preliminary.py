"""First numbers of a comparison that still runs: what they say, and when."""

import pytest

from experiments import preliminary
from experiments.compare import compare
from experiments.design import make_jobs, make_study
from experiments.preliminary import Preliminary
from experiments.runner import run_jobs
from experiments.words import with_interval
from scenarios.region import load_region
from scenarios.scenario import load_scenario

SMALL = {"scale": 400, "months": 36, "fixed_replicates": 2}
GRANT = "cash_grant"


@pytest.fixture(scope="module")
def study():
    chosen = [load_scenario(name) for name in ("no_policy", "mandated_hotel_partnership")]
    return make_study(load_region("surabaya"), chosen, seed=1, scale=400, months=36)


def run(study, seconds, workers=1):
    said = []
    jobs = make_jobs(study, "seeds", 12)
    first = Preliminary(study, jobs, said.append, "en", seconds)
    results = run_jobs(study, jobs, workers, each=first)
    return said, results


def test_the_first_pairs_are_told_once_and_marked(study):
    said, results = run(study, 60.0)
    assert said[0].startswith("PRELIMINARY, 8 of 12 pairs so far, policy years, against no_policy")
    assert len(said) == 3
    one = compare(
        ["mandated_hotel_partnership"], uncertainty="seeds", replicates=8, jobs=1, quiet=True,
        scale=400, months=36,
    )  # fmt: skip
    effect = one.paired("public_cost")["mandated_hotel_partnership"]
    assert with_interval(effect.mean(), effect.min(), effect.max()) in said[2]
    assert len(results) == 12


def test_where_the_end_is_near_nothing_is_told(study):
    assert run(study, 5.0)[0] == []


def test_two_processes_hand_over_every_result_with_its_number(study):
    jobs = make_jobs(study, "seeds", 7)
    seen = {}
    results = run_jobs(study, jobs, 2, unit_seconds=0.1, each=seen.__setitem__)
    assert sorted(seen) == list(range(7))
    for i, result in enumerate(results):
        assert (seen[i].numbers == result.numbers).all() or seen[i] is result


def test_quiet_silences_them(capsys, monkeypatch):
    monkeypatch.setattr(preliminary, "_WORTH", 0.0)
    monkeypatch.setattr(preliminary, "_PAIRS", 2)
    compare(GRANT, replicates=4, jobs=1, quiet=True, **SMALL)
    assert capsys.readouterr().err == ""
    compare(GRANT, replicates=4, jobs=1, lang="id", **SMALL)
    assert "SEMENTARA, baru 2 dari 4 pasang" in capsys.readouterr().err
