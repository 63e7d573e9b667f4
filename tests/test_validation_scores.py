"""Scoring of validation rows against hand-made numbers: hit, miss, cannot express."""

import csv

import numpy as np
import pytest
from scipy.stats import norm

from experiments.catalogue import told
from experiments.validation.frozen import FOLDER
from experiments.validation.measures import MEASURES, further_modes, size_variance_exponent
from experiments.validation.rows import MONTHS, PANEL, Figure, Row, Score, read_frozen
from experiments.validation.score import CANNOT, HIT, MISS, score_row
from experiments.validation.words import row_words
from sim.errors import KemitraanError
from sim.parameters import registry

TEN = np.arange(1.0, 11.0)
FIGURE = Figure("trial_effect", trial="any")


def row(*scores, reason=""):
    figures = {} if reason else {"main": FIGURE, "other": FIGURE}
    return Row("E000", "", "", 5.0, None, None, "", "", "", "", figures, scores, reason=reason)


def scored(scores, main, other=None, agreement=0.75):
    values = {"main": np.asarray(main, float)}
    values["other"] = np.zeros_like(values["main"]) if other is None else np.asarray(other, float)
    return score_row(row(*scores), values, agreement)


def size(low, high):
    return Score("size", "main", low=low, high=high)


SIGN = Score("sign", "main")
ORDER = Score("order", "main", below="other")


@pytest.mark.parametrize(
    ("band", "verdict"),
    [((5.0, 6.0), HIT), ((5.5, 9.0), HIT), ((0.0, 5.5), HIT), ((5.6, 9.0), MISS), ((0, 5), MISS)],
)
def test_a_band_must_hold_the_median_ends_included(band, verdict):
    found = scored([size(*band)], TEN)
    assert (found.median, found.verdict) == (5.5, verdict)
    assert found.missed == (() if verdict == HIT else ("size",))


def test_the_share_of_draws_in_a_band_and_their_range_are_told():
    found = scored([size(3.0, 6.0)], TEN)
    assert found.share_of("size", "share") == 0.4
    assert (found.low, found.high) == pytest.approx((1.45, 9.55))
    assert np.isnan(found.share_of("sign", "order"))


def test_a_sign_needs_three_quarters_of_the_draws_whatever_the_median():
    assert scored([SIGN], [-1, 1, 1, 1]).verdict == HIT
    found = scored([SIGN], [-1, -1, 1, 1, 1])
    assert found.median > 0.0
    assert (found.verdict, found.missed, found.share_of("sign")) == (MISS, ("sign",), 0.6)


def test_nothing_at_all_is_no_positive_sign():
    assert scored([SIGN], np.zeros(5)).verdict == MISS


def test_a_negative_sign_may_be_asked_for():
    below = Score("sign", "main", positive=False)
    assert scored([below], [-1, -1, -1, 2]).verdict == HIT
    assert scored([below], [-1, -1, 2, 2]).verdict == MISS


def test_an_order_is_judged_draw_by_draw():
    assert scored([ORDER], TEN, TEN - 1).verdict == HIT
    # Every median is the same; half of the pairs stand the other way.
    assert scored([ORDER], TEN, TEN[::-1]).verdict == MISS


def test_a_share_is_the_mean_of_yes_and_no():
    share = Score("share", "main", low=0.002, high=0.36)
    some, none, most = np.zeros(20), np.zeros(20), np.ones(20)
    some[:3] = 1.0
    found = scored([share], some)
    assert (found.verdict, found.median) == (HIT, 0.15)
    assert scored([share], none).verdict == MISS
    assert scored([share], most).verdict == MISS


def test_one_rule_missed_is_a_miss_and_is_named():
    found = scored([SIGN, size(20.0, 30.0)], TEN)
    assert (found.verdict, found.missed) == (MISS, ("size",))


def test_draws_without_a_figure_are_counted_and_left_out():
    found = scored([size(2.0, 4.0)], [np.nan, 3.0, np.nan])
    assert (found.verdict, found.draws, found.lost) == (HIT, 1, 2)


def test_what_never_gives_a_figure_hits_nothing():
    found = scored([SIGN, size(-9.0, 9.0)], [np.nan, np.nan])
    assert (found.verdict, found.missed) == (MISS, ("sign", "size"))


def test_what_the_model_cannot_express_is_neither_hit_nor_miss():
    assert score_row(row(reason="not built"), {}, 0.75).verdict == CANNOT


# -- what is read from firms


@pytest.mark.parametrize("beta", [0.0, 0.2, 0.35])
def test_the_exponent_of_spread_against_size_is_found(beta):
    log = np.repeat(np.linspace(0.0, 6.0, 400), 50)
    growth = np.tile(norm.ppf((np.arange(50) + 0.5) / 50), 400) * 0.3 * np.exp(-beta * log)
    found = size_variance_exponent(np.exp(log), np.exp(log + growth))
    assert found == pytest.approx(beta, abs=0.01)


def test_too_few_firms_have_no_exponent():
    assert np.isnan(size_variance_exponent(np.ones(49), np.ones(49)))


def lognormal(middle, firms):
    return np.exp(middle + 0.8 * norm.ppf((np.arange(firms) + 0.5) / firms))


def test_modes_beyond_the_first_are_counted_on_either_side():
    one, other, third = lognormal(3.0, 5000), lognormal(8.0, 500), lognormal(-2.0, 500)
    assert further_modes(one) == 0
    assert further_modes(np.concatenate([one, other])) == 1
    assert further_modes(np.concatenate([third, one, other])) == 2
    # A long thin tail, and a handful of giants, are no mode.
    assert further_modes(np.concatenate([one, lognormal(8.0, 5)])) == 0
    assert further_modes(np.zeros(3)) == 0


# -- the frozen rows themselves


def test_every_row_of_the_evidence_is_there_as_copied():
    frozen = read_frozen()
    with (FOLDER / "validation.csv").open(encoding="utf-8", newline="") as file:
        copied = list(csv.DictReader(file))
    assert [one.id for one in frozen.rows] == [one["id"] for one in copied]
    for one, own in zip(frozen.rows, copied, strict=True):
        assert [one.quantity, one.unit, one.population, one.source, one.url] == [
            own[key] for key in ("quantity", "unit", "population", "source", "url")
        ]
        numbers = [one.value, one.low, one.high]
        assert numbers == [float(own[k]) if own[k] else None for k in ("value", "low", "high")]


def test_every_row_has_a_replay_with_a_rule_that_can_fail_or_a_reason():
    for one in read_frozen().rows:
        assert one.can_express == bool(one.scores) == ("main" in one.figures), one.id
        if not one.can_express:
            assert told(one.reason, "id", "reason") != one.reason, one.id
            continue
        assert one.transform, one.id
        assert one.band, one.id
        assert all(s.rule not in ("size", "share") or s.low <= s.high for s in one.scores)
        for figure in one.figures.values():
            read = figure.measure in MEASURES
            assert read == (figure.kind in (MONTHS, PANEL)) == (not figure.trial), one.id


@pytest.mark.parametrize("lang", ["en", "id"])
def test_every_row_has_words(lang):
    for one in read_frozen().rows:
        assert row_words(one.id, lang)


def test_no_parameter_was_set_by_a_validation_row():
    ids = {one.id for one in read_frozen().rows}
    assert [p.name for p in registry().values() if ids & set(p.evidence)] == []


def test_rows_are_chosen_by_id_and_an_unknown_one_is_named():
    frozen = read_frozen()
    assert [one.id for one in frozen.chosen("E192, E030")] == ["E030", "E192"]
    assert frozen.chosen(None) == frozen.rows
    with pytest.raises(KemitraanError, match="no validation row 'E999'; known: E030"):
        frozen.chosen("E030,E999")
