"""Levers that nobody in a region follows are named with the reason, on the screen and the page."""

from dataclasses import replace

import pytest

from experiments.compare import compare, load_study
from experiments.idle_levers import idle_lever_notes
from experiments.report import text
from scenarios.region import load_region
from scenarios.scenario import load_scenario

AGENCY = "agency_procurement_pooling"


def notes(scenario, place, lang="en", assume=None):
    loaded = load_scenario(scenario, assume=assume)
    study, _ = load_study(loaded, "no_policy", place, 1, 50, 36, lang)
    return idle_lever_notes(study, lang)


@pytest.mark.parametrize(
    ("scenario", "region"),
    [("mandate_on_paper", "surakarta"), ("hotel_memorandum", "surakarta"), (AGENCY, "surabaya"),
     ("kutai_timur_adoption", "kutai_timur")],
)  # fmt: skip
def test_where_all_is_there_nothing_is_said(scenario, region):
    assert notes(scenario, load_region(region)) == []


def test_a_region_without_budgets_of_agencies():
    place = load_region("surakarta")
    (note,) = notes(AGENCY, place)
    assert note == (
        f"{AGENCY}: its levers of agencies do nothing, because surakarta names no budgets of "
        "agencies (government in its region.yaml); what the policy costs is paid all the same"
    )
    (note,) = notes(AGENCY, place, "id")
    assert "tuas dinasnya tidak berpengaruh, karena surakarta tidak menyebut anggaran" in note


def test_budgets_for_other_goods_are_none():
    place = load_region("kutai_timur")
    sand = replace(place, government={"cakes": place.government["sand_and_stone"]})
    (note,) = notes(AGENCY, sand)
    assert "no budgets of agencies for school_uniforms, sand_and_stone (" in note


def test_no_buyers_and_no_cooperatives():
    place = load_region("kutai_timur")
    nobody = replace(place.restaurants, value=0.0, low=0.0, high=0.0)
    none = {key: replace(one, value=float(key == "registered"), low=0.0, high=1.0)
            for key, one in place.cooperatives.items()}  # fmt: skip
    empty = replace(
        place,
        hotels=place.hotels.assign(count=0),
        restaurants=nobody,
        government={},
        cooperatives=none,
    )
    found = notes("kutai_timur_adoption", empty)
    assert [note.split(" do nothing")[0].split()[-1] for note in found] == [
        "hotels", "restaurants", "agencies", "cooperatives",
    ]  # fmt: skip
    # Without a count the registry's share stands in, unless a scenario assumes that none is active.
    unknown = replace(place, cooperatives={})
    assert notes("kutai_timur_adoption", unknown) == []
    (note,) = notes("kutai_timur_adoption", unknown, assume={"cooperative_active": 0})
    assert "no cooperative of kutai_timur is active" in note


def test_a_comparison_says_it_on_the_screen_and_for_the_page():
    result = compare(
        "agency_procurement", region="surakarta", uncertainty="seeds", replicates=2, scale=50,
        months=36, jobs=1, quiet=True,
    )  # fmt: skip
    told = "agency_procurement: its levers of agencies do nothing"
    assert any(note.startswith(told) for note in result.notes)
    assert told in " ".join(text(result).split())
    assert (result.effects("profit")["mean"] == 0.0).all()
