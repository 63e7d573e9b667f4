"""How assumptions could be measured: a text for each, and how many are needed."""

import numpy as np
import pytest

from experiments.explain.measuring import (
    FOLDER,
    PART,
    half_width,
    measuring,
    read_measuring,
    sample_size,
)
from scenarios.region import list_regions, load_region
from scenarios.region_ranges import region_guesses
from sim.draws import replicate_seed
from sim.parameters import RegistryError, assumed, registry


def varied():
    """Every figure that some comparison varies: name, low, high."""
    found = [(n, registry()[n].low, registry()[n].high) for n in assumed()]
    for region in list_regions():
        guesses = region_guesses(load_region(region)).values()
        found += [(guess.name, guess.low, guess.high) for guess in guesses]
    return found


def test_every_varied_figure_says_how_it_could_be_measured_in_both_languages():
    """Add what is listed to sim/parameters/measuring/."""
    assert [name for name, _, _ in varied() if measuring(name) is None] == []
    for name, _, _ in varied():
        one = measuring(name)
        assert all(len(one.how[lang]) > 30 for lang in ("en", "id")), name
        assert one.how["en"] != one.how["id"], name
        assert one.how["en"].endswith((".", "?")), name


def test_no_text_is_left_over():
    used = {measuring(name).key for name, _, _ in varied()}
    assert set(read_measuring(FOLDER)) - used == set()


def test_a_text_stands_in_the_file_of_its_group():
    for path in FOLDER.glob("*.yaml"):
        for name in read_names(path):
            if name in registry():
                assert registry()[name].group == path.stem, name


def read_names(path):
    return [line[:-1] for line in path.read_text("utf-8").splitlines()
            if line.endswith(":") and not line.startswith((" ", "#"))]  # fmt: skip


def test_a_text_of_ones_own_comes_before_that_of_a_pattern():
    assert measuring("goods.cakes.orders").key == "goods.*.orders"
    assert measuring("goods.laundry_bags.orders").key == "goods.laundry_bags.orders"
    assert measuring("region.restaurants.count").key == "region.restaurants.count"
    assert measuring("region.restaurants.food_ingredients").key == "region.restaurants.*"
    assert measuring("nobody_named_it") is None


def test_numbers_are_such_as_somebody_could_count():
    for name, low, high in varied():
        one = measuring(name)
        n = sample_size(one, low, high)
        assert 1 <= n <= 50_000, name
        if one.of == "records":
            assert n == 1
        else:
            assert n >= 4, (name, n)


def test_the_number_gives_the_half_width_of_a_share():
    """displacement, 0 to 1: so many answers, half of them yes, and 95 % lie within."""
    one = measuring("displacement")
    half, n = half_width(0.0, 1.0), sample_size(one, 0.0, 1.0)
    assert half == 1.0 / PART / 2.0
    assert n == 62
    found = np.random.default_rng(replicate_seed(1, 9)).binomial(n, 0.5, 20_000) / n
    assert np.mean(np.abs(found - 0.5) <= half) == pytest.approx(0.95, abs=0.02)


def test_the_number_gives_the_half_width_of_a_mean_and_of_a_trial():
    rng = np.random.default_rng(replicate_seed(2, 9))
    one = measuring("certificate_cost")
    half, n = half_width(2.0, 10.0), sample_size(one, 2.0, 10.0)
    means = rng.normal(0.0, one.spread, (20_000, n)).mean(axis=1)
    assert np.mean(np.abs(means) <= half) == pytest.approx(0.95, abs=0.02)
    two = measuring("training_readiness")
    half, n = half_width(0.1, 0.6), sample_size(two, 0.1, 0.6)
    groups = rng.normal(0.0, two.spread, (4_000, 2, n)).mean(axis=2)
    assert np.mean(np.abs(groups[:, 0] - groups[:, 1]) <= half) == pytest.approx(0.95, abs=0.02)


def test_a_narrower_wish_needs_more():
    one = measuring("displacement")
    assert sample_size(one, 0.4, 0.6) > sample_size(one, 0.2, 0.8) > sample_size(one, 0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {of: guess, how: {en: x, id: y}}", "of: 'guess' is not one of share, mean"),
        ("a: {of: records, how: {en: x}}", "how: expects {en: ..., id: ...}"),
        ("a: {of: share, how: {en: x, id: y}}", "count: expects {en: ..., id: ...}"),
        ("a: {of: mean, how: {en: x, id: y}, count: {en: x, id: y}}", "spread: expects a number"),
        ("a: {of: records, spread: 1, how: {en: x, id: y}}", "spread: has no meaning here"),
        ("a: {of: records, hwo: {}, how: {en: x, id: y}}", "hwo: unknown field"),
        ("a: 3", "expects {how: ..., of: ...}"),
    ],
)
def test_a_faulty_text_is_named_with_its_place(tmp_path, text, message):
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RegistryError) as caught:
        read_measuring(tmp_path)
    assert f"x.yaml: a: {message}" in str(caught.value)


def test_a_text_that_stands_twice_is_refused(tmp_path):
    for name in ("x", "y"):
        (tmp_path / f"{name}.yaml").write_text(
            "a: {of: records, how: {en: x, id: y}}", encoding="utf-8"
        )
    with pytest.raises(RegistryError, match=r"y\.yaml: a: stands twice"):
        read_measuring(tmp_path)
