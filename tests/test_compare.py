"""Comparisons: paired, the same for any number of workers, both intervals, never over a folder."""

import hashlib
import json
import re

import numpy as np
import pandas as pd
import pytest

from experiments.at_most import at_most_lines
from experiments.ceiling import CHANNELS
from experiments.choices import check_windows
from experiments.compare import compare, load_study
from experiments.design import latin_hypercube, make_jobs, make_study
from experiments.effects import EFFECT_COLUMNS, driver_table, mean_interval, quantile
from experiments.explain.explain import explain
from experiments.explain.shares import standing_out
from experiments.explain.standing_out import named_assumptions
from experiments.in_short import SHORT_OUTCOMES, short_lines
from experiments.report import HOTELS, TABLE_OUTCOMES, _hangs_line, effect_cells, text
from experiments.runner import run_jobs
from experiments.stakeholder_table import clear, nothing
from experiments.store import next_folder
from experiments.words import number, with_interval
from scenarios.region import load_region
from scenarios.region_ranges import region_guesses
from scenarios.scenario import load_scenario
from sim.case import auto_scale
from sim.errors import KemitraanError
from sim.parameters import SWITCHES, TRIALS, assumed, registry
from tests import screen

SMALL = {"scale": 100, "months": 48, "quiet": True, "fixed_replicates": 3}
RULE = "mandated_hotel_partnership"


@pytest.fixture(scope="module")
def result():
    return compare([RULE, "cash_grant"], replicates=4, jobs=1, **SMALL)


def _study(scenarios=("no_policy", RULE), **changes):
    loaded = [load_scenario(s) if isinstance(s, str) else s for s in scenarios]
    options = {"seed": 1, "scale": 100, "months": 48} | changes
    return make_study(load_region("surabaya"), loaded, **options)


def test_effects_have_exactly_the_promised_columns(result):
    table = result.effects("profit")
    assert tuple(table.columns) == EFFECT_COLUMNS
    assert list(table["scenario"]) == [RULE, "cash_grant"]
    assert set(table["pairs"]) == {4}
    assert (table["range_low"] <= table["range_high"]).all()
    assert (table["sim_low"] <= table["sim_high"]).all()


def test_an_effect_is_the_mean_of_paired_differences(result):
    for outcome in ("profit", "jobs", "hotels_buying"):
        row = result.effects(outcome).iloc[0]
        sample = result.paired(outcome)[RULE]
        assert row["mean"] == pytest.approx(sample.mean())
        assert row["range_low"] == pytest.approx(np.quantile(sample, 0.05))
        assert row["range_high"] == pytest.approx(np.quantile(sample, 0.95))
        assert row["share_better"] == pytest.approx((sample > 0).mean())
        level = result.levels(outcome).set_index("scenario")["mean"]
        assert row["mean"] == pytest.approx(level[RULE] - level["no_policy"])
        assert row["level_baseline"] == pytest.approx(level["no_policy"])


def test_before_the_policy_nothing_differs(result):
    table = result.effects(None, "before")
    assert (table["mean"] == 0.0).all()
    assert (table["range_high"] == 0.0).all()


def test_the_baseline_named_among_others_is_not_compared_with_itself():
    assert _study(("no_policy", "no_policy", RULE)).names == _study().names
    assert _study(("no_policy", "no_policy")).names == ("no_policy", "no_policy_again")


def test_nothing_against_nothing_is_exactly_nothing():
    null = compare("no_policy", replicates=2, jobs=1, **SMALL)
    table = null.all_effects
    for column in ("mean", "sim_low", "sim_high", "range_low", "range_high"):
        # One run has no interval of the mean: medium firms of these trades are that few.
        lone = (table["group"] == "medium") & table["outcome"].str.endswith("_per_eligible")
        lacking = table[column].isna() & lone & column.startswith("sim")
        assert ((table[column] == 0.0) | lacking).all(), column
    assert set(null.all_effects["by"]) == {
        "",
        "size_class",
        "sector",
        "district",
        "owner_sex",
        "good",
        "partner_status",
        "distance",
        "baseline_decile",
        "profit_quantile",
        "stakeholder",
    }
    assert set(null.stakeholders()["verdict"]) == {"no difference", "selection, not effect"}
    assert "no_policy" in str(null)


def test_one_worker_and_two_give_the_same_tables():
    study = _study()
    jobs = make_jobs(study, "parameters", 3, 2)
    one, two = run_jobs(study, jobs, 1), run_jobs(study, jobs, 2, unit_seconds=0.05)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.numbers, b.numbers)
        np.testing.assert_array_equal(a.series, b.series)
        np.testing.assert_array_equal(a.goods, b.goods)


def test_the_branch_is_the_run_without_a_branch():
    """A scenario branched from the burn-in equals one run from month 0 with its policy."""
    from experiments.unit import run_unit

    late = load_scenario(RULE)
    early = load_scenario("cash_grant", levers={"cash_grant.start": 6})
    jobs = make_jobs(_study(), "seeds", 2)
    alone = run_unit(_study(("no_policy", late)), jobs[0])
    beside = _study(("no_policy", late, early))
    assert beside.branch_month == 6
    together = run_unit(beside, jobs[0])
    np.testing.assert_array_equal(alone.series[1], together.series[1])


def test_seeds_alone_have_no_range_and_say_so():
    fixed = compare("cash_grant", uncertainty="seeds", replicates=3, jobs=1, **SMALL)
    row = fixed.effects("profit").iloc[0]
    assert np.isnan(row["range_low"])
    assert row["sim_low"] < row["mean"] < row["sim_high"]
    assert "assumptions held fixed" in str(fixed)
    assert fixed.drivers.empty
    assert fixed.displacement["displacement"].unique().tolist() == [0.5]


def test_displacement_has_three_points_and_its_own_value_is_the_fixed_one(result):
    table = result.displacement
    own = table[(table["scenario"] == RULE) & (table["outcome"] == "profit")]
    assert own["displacement"].tolist() == [0.0, 0.5, 1.0]
    row = result.effects("profit").iloc[0]
    assert own["sim_low"].iloc[1] == pytest.approx(row["sim_low"])


def test_drivers_find_what_the_effect_is_made_of():
    rng = np.random.default_rng(1)
    points = rng.uniform(size=(64, 20))
    names = [f"p{k}" for k in range(20)]
    effect = 3 * points[:, 7] - points[:, 2] ** 2
    named = [names[k] for k in standing_out(points, effect, 1)]
    table = driver_table(points, names, {"s": effect}, {"s": named})
    assert table["parameter"].tolist()[:2] == ["p7", "p2"]
    assert table["correlation"].iloc[0] > 0.8
    assert table["clear"].tolist()[0]
    assert table["clear"].sum() <= 3


def test_quantiles_and_intervals_skip_what_is_missing():
    sample = np.array([[1.0, np.nan], [2.0, 5.0], [4.0, np.nan]])
    assert quantile(sample, 0.5).tolist() == [2.0, 5.0]
    low, high = mean_interval(sample)
    assert (low[0] + high[0]) / 2 == pytest.approx(7 / 3)
    assert high[0] - low[0] == pytest.approx(2 * 4.302653 * np.std(sample[:, 0], ddof=1) / 3**0.5)
    assert np.isnan(low[1])


def test_a_hypercube_draws_once_from_every_part_whatever_else_is_varied():
    points = latin_hypercube(1, 16, {"a": (0.0, 1.0), "b": (10.0, 26.0)})
    assert sorted(np.floor(points[:, 0] * 16).astype(int)) == list(range(16))
    assert sorted(np.floor(points[:, 1] - 10).astype(int)) == list(range(16))
    assert abs(np.corrcoef(points.T)[0, 1]) < 0.8
    alone = latin_hypercube(1, 16, {"b": (10.0, 26.0)})
    np.testing.assert_array_equal(alone[:, 0], points[:, 1])
    assert not np.array_equal(latin_hypercube(2, 16, {"b": (10.0, 26.0)}), alone)


def test_the_design_has_draws_then_fixed_then_displacement():
    study = _study()
    jobs = make_jobs(study, "parameters", 5, 3)
    roles = [job.role for job in jobs]
    assert roles == ["draw"] * 5 + ["fixed"] * 3 + ["displacement 0"] * 3 + ["displacement 1"] * 3
    off = {*SWITCHES, "programmes", TRIALS}
    always = {name for name in assumed() if registry()[name].group not in off}
    own = set(region_guesses(study.region))
    assert "region.restaurants.count" in own
    # The count's own range stands for the multiple's.
    assert set(jobs[0].changes) == (always - {"restaurant_demand"}) | own
    assert jobs[5].changes == {}
    assert jobs[5].seed == jobs[0].seed == jobs[8].seed
    assert jobs[0].seed != jobs[1].seed


def test_what_a_scenario_assumes_holds_in_all_of_them():
    mine = load_scenario("cash_grant", assume={"displacement": {"range": [0.2, 0.8]}})
    study = _study(("no_policy", mine))
    assert study.varied["displacement"] == (0.2, 0.8)
    sure = load_scenario("cash_grant", assume={"displacement": 0.3})
    study = _study(("no_policy", sure, RULE))
    assert "displacement" not in study.varied
    assert study.parameters["displacement"] == 0.3
    other = load_scenario(RULE, assume={"displacement": 0.4})
    with pytest.raises(
        KemitraanError, match=r"assume different things of displacement: 0\.3 and 0\.4"
    ):
        _study(("no_policy", sure, other))


@pytest.mark.parametrize(
    ("firms", "scale"),
    [(500, 1), (20_000, 1), (20_001, 2), (99_000, 5), (140_000, 10), (3_000_000, 200)],
)
def test_scale_auto(firms, scale):
    assert auto_scale(firms) == scale


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scenarios": []}, "nothing to compare"),
        ({"scenarios": [RULE, RULE]}, "two scenarios are called"),
        ({"uncertainty": "guess"}, "--uncertainty guess"),
        ({"replicates": 1}, "--replicates 1"),
        ({"months": 30}, "--months 30"),
        ({"scale": "half"}, "--scale half"),
        ({"scale": 0}, "--scale 0"),
        ({"jobs": 0}, "--jobs 0"),
        ({"seed": -1}, "--seed -1"),
        ({"region": "atlantis"}, "no region 'atlantis'"),
        ({"scale": 200.0}, r"--scale 200\.0: is neither a whole number nor 'auto'; 1 simulates"),
        ({"scale": True}, "--scale True: is neither"),
        ({"replicates": "x"}, r"--replicates 'x': is no whole number; give one in 2\.\.100000"),
        ({"replicates": 2.0}, r"--replicates 2\.0: is no whole number"),
        ({"fixed_replicates": None}, "fixed_replicates None: is no whole number"),
        ({"seed": "x"}, r"--seed 'x': is no whole number; give one in 0\.\.18446744073709551615"),
        ({"months": 1.5}, r"--months 1\.5: is no whole number; give one in 36\.\.600"),
        ({"jobs": 1.0}, r"--jobs 1\.0: is no whole number; give one in 1\.\.1024"),
        ({"equal_budget": "x"}, "--equal-budget 'x': expects million Rp a year"),
    ],
)
def test_wrong_use_is_refused_before_anything_runs(changes, message):
    options = {"scenarios": [RULE], "replicates": 2, "quiet": True, "scale": 100} | changes
    with pytest.raises(KemitraanError, match=message):
        compare(**options)


def test_whole_numbers_of_numpy_are_plain_ones():
    study, _ = load_study(
        [RULE], "no_policy", None, np.uint64(3), np.int64(100), np.int32(48), "en"
    )
    assert (study.seed, study.scale, study.months) == (3, 100, 48)
    assert {type(n) for n in (study.seed, study.scale, study.months)} == {int}


def test_unknown_outcomes_windows_and_groupings_name_what_there_is(result):
    with pytest.raises(KemitraanError, match="did you mean 'profit'"):
        result.effects("profi")
    with pytest.raises(KemitraanError, match="no window 'year 9'"):
        result.effects("profit", "year 9")
    with pytest.raises(KemitraanError, match="no grouping 'size'"):
        result.effects("profit", by="size")
    assert check_windows("year 1, policy") == ["year 1", "policy"]
    with pytest.raises(KemitraanError, match="no window"):
        check_windows("years")
    with pytest.raises(KemitraanError, match=r"no window 'year 9'; known: .*year 5, .*after"):
        check_windows("year 9")


def test_groups(result):
    table = result.effects("profit_per_firm", by="size_class")
    assert set(table["group"]) <= {"micro", "small", "medium"}
    assert (table["denominator"] != "").all()


def test_the_screen_shows_both_intervals_and_what_the_effect_hangs_on(result):
    shown = text(result)
    assert "simulation error alone" in shown
    assert "range, because assumptions are uncertain" in shown
    assert "no clear difference in" in shown
    assert "hangs on" in shown
    assert "if these assumptions hold" in shown
    assert "hotels: signed / buying / newly / after 12 months / signs without buying" in shown
    assert "never a forecast" in shown
    assert len(TABLE_OUTCOMES) > 10
    assert max(len(line) for line in text(result, width=80).splitlines()) < 120


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_screen_ends_with_a_line_a_scenario(result, lang):
    """The same cells as in the table, income, gains, survival and cost; one scenario has none."""
    effects = result.effects(list(SHORT_OUTCOMES), "policy").set_index(["scenario", "outcome"])
    last = text(result, lang=lang, width=200).splitlines()[-len(result.scenarios) - 3 :]
    assert last[0].startswith({"en": "IN SHORT, ", "id": "RINGKASNYA, "}[lang])
    for line, name in zip(last[2:-1], result.scenarios, strict=True):
        cells = [effect_cells(effects.xs((name, one)), lang)[0] for one in SHORT_OUTCOMES]
        assert re.split(r" {2,}", line.strip()) == [name, *cells]
    assert short_lines(result, "policy", lang, 200) == last


@pytest.mark.parametrize("window", ["policy", "after"])
def test_the_screens_numbers_are_those_of_the_effects(result, window):
    """Level, effect with its range, and simulation error, outcome by outcome and scenario."""
    if window == "after":
        result = compare([RULE, "cash_grant"], replicates=3, jobs=1, **(SMALL | {"months": 108}))
    effects = result.effects(None, window).set_index(["scenario", "outcome"])
    shown = text(result, width=1_000)
    title = {"policy": "POLICY YEARS", "after": "AFTER FUNDING STOPS"}[window]
    faults, seen = [], []
    for row in screen.rows(shown, title, result.scenarios, result.baseline):
        if row.effect == "-":
            assert (row.scenario, row.outcome) not in effects.index
            continue
        exact = effects.loc[(row.scenario, row.outcome)]
        seen.append(row)
        level = screen.value(row.level)
        if abs(level - exact["level_baseline"]) > 0.005001 * abs(exact["level_baseline"]) + 1e-12:
            faults.append(f"{row.outcome}: level {row.level} is {exact['level_baseline']}")
        if screen.is_nothing(exact):
            # No line of errors where no scenario changes anything.
            assert row.effect == screen.SAME
            assert row.error in ("", "0 ±0")
            continue
        centre = (exact["sim_low"] + exact["sim_high"]) / 2
        own = screen.range_faults(row.effect, exact)
        own += screen.error_faults(row.error, exact, centre)
        crosses = not clear(exact) and not nothing(exact)
        own += [f"{row.effect!r}: question mark"] if row.effect.endswith("?") != crosses else []
        faults += [f"{row.scenario}, {row.outcome}: {fault}" for fault in own]
    assert not faults, "\n" + "\n".join(faults)
    assert [row.outcome for row in seen if row.scenario == RULE] == [
        name for name in TABLE_OUTCOMES if name != HOTELS
    ]
    assert len({row.effect for row in seen}) > 10


@pytest.mark.parametrize("window", ["before", "year 1"])
def test_every_window_shows_every_headline_row_and_a_dash_where_one_means_nothing(result, window):
    shown = text(result, width=1_000, show=(window,))
    title = {"before": "YEAR BEFORE", "year 1": "YEAR 1"}[window]
    found = list(screen.rows(shown, title, result.scenarios, result.baseline))
    listed = [row.outcome for row in found if row.scenario == RULE]
    assert listed == [name for name in TABLE_OUTCOMES if name != HOTELS]
    effects = result.effects(None, window).set_index(["scenario", "outcome"]).index
    dashes = {row.outcome for row in found if row.effect == "-"}
    assert dashes == {row.outcome for row in found if (row.scenario, row.outcome) not in effects}
    assert dashes == ({"in_business", "ever_partnered"} if window == "before" else set())


def test_the_screens_numbers_at_fixed_assumptions_are_those_of_the_effects():
    fixed = compare("cash_grant", uncertainty="seeds", replicates=3, jobs=1, **SMALL)
    effects = fixed.effects(None, "policy").set_index(["scenario", "outcome"])
    found = list(
        screen.rows(text(fixed, width=1_000), "POLICY YEARS", fixed.scenarios, fixed.baseline)
    )
    shown = [row for row in found if row.effect not in ("-", screen.SAME)]
    assert len(shown) > 8
    for row in shown:
        exact = effects.loc[(row.scenario, row.outcome)]
        assert row.error == ""
        assert not screen.error_faults(row.effect, exact, exact["mean"])


def test_numbers_that_are_not_the_effects_are_noticed(result):
    """The comparison above can fail: a wrong digit, a swapped interval."""
    exact = result.effects("profit").iloc[0]
    right = with_interval(exact["mean"], exact["range_low"], exact["range_high"])
    assert not screen.range_faults(right, exact)
    swapped = with_interval(exact["mean"], exact["sim_low"], exact["sim_high"])
    assert screen.range_faults(swapped, exact)
    moved = exact["mean"] + 0.2 * (exact["range_high"] - exact["range_low"])
    assert screen.range_faults(with_interval(moved, exact["range_low"], exact["range_high"]), exact)


def test_the_screen_speaks_indonesian(result):
    shown = text(result, lang="id")
    assert "kisaran karena asumsi belum pasti" in shown
    assert "galat simulasi saja" in shown
    assert "bila asumsi ini benar" in shown
    assert "bukan ramalan" in shown
    assert "never a forecast" not in shown


def test_few_pairs_are_called_a_quick_look_and_the_inputs_are_named(result):
    notes = result.notes
    assert any("only 4 paired simulations" in note for note in notes)
    assert any("figures behind the region, its map left out: own" in note for note in notes)
    assert len(result.notes_in("id")) == len(notes)


@pytest.mark.parametrize(
    ("value", "lang", "shown"),
    [
        (1234567.89, "en", "1,230,000"),
        (1234567.89, "id", "1.230.000"),
        (0.04567, "en", "0.0457"),
        (0.04567, "id", "0,0457"),
        (0.0, "en", "0"),
        (-1e-9, "en", "0"),
        (float("nan"), "en", "-"),
    ],
)
def test_numbers_follow_the_language(value, lang, shown):
    assert number(value, lang) == shown


def test_the_json_document(result):
    document = result.to_json()
    assert {"folder", "plan", "effects", "levels", "ceiling", "notes"} <= set(document)
    assert set(document["effects"][0]) == set(EFFECT_COLUMNS)
    promised = {"scenario", "outcome", "unit", "window", "mean", "p05", "p50", "p95"}
    assert promised <= set(document["levels"][0])
    json.dumps(document, allow_nan=False)
    assert document["plan"]["pairs"] == 4


def test_the_folder_holds_everything_and_is_never_written_over(result, tmp_path):
    from experiments.store import write_folder

    folder = write_folder(result, tmp_path / "one")
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {
        "outcomes.parquet",
        "effects.parquet",
        "design.parquet",
        "summary.csv",
        "stakeholders.csv",
        "stakeholders.parquet",
        "manifest.json",
        "figures/change_by_group.svg",
        "figures/districts.png",
        f"figures/stakeholders_{RULE}.svg",
        "figures/effects_policy.svg",
        "figures/effects_policy.png",
        "figures/effects_policy_all.svg",
        "figures/fan_profit_effect.svg",
        f"figures/hotels_{RULE}.png",
    } <= names
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"] is True
    apart = {"manifest.json", "checksums.sha256", *manifest["apart"]}
    assert set(manifest["files"]) == names - apart
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert str(tmp_path) not in (folder / "manifest.json").read_text(encoding="utf-8")
    runs = pd.read_parquet(folder / "outcomes.parquet")
    assert list(runs.columns) == [
        "unit", "role", "replicate", "scenario", "outcome", "by", "group", "window", "value",
    ]  # fmt: skip
    chosen = runs[(runs["outcome"] == "profit") & (runs["by"] == "") & (runs["window"] == "policy")]
    wide = chosen[chosen["role"] == "draw"].pivot_table(
        index="unit", columns="scenario", values="value", observed=True
    )
    mean = (wide[RULE] - wide["no_policy"]).mean()
    assert mean == pytest.approx(result.effects("profit")["mean"].iloc[0])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(KemitraanError, match="not empty"):
        write_folder(result, tmp_path / "one")
    assert sorted(tmp_path.iterdir()) == before


def test_a_failure_while_writing_leaves_nothing(result, tmp_path, monkeypatch):
    from experiments import store

    monkeypatch.setattr(store, "_figures", lambda *_: None)

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "about", fail)
    with pytest.raises(KeyboardInterrupt):
        store.write_folder(result, tmp_path / "gone")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_be_named(result, tmp_path, monkeypatch):
    from experiments import store

    monkeypatch.setattr(store, "_figures", lambda *_: None)
    (tmp_path / "empty").mkdir()
    store.write_folder(result, tmp_path / "empty")
    assert (tmp_path / "empty" / "manifest.json").is_file()


def test_a_default_folder_has_a_new_name_each_time(tmp_path):
    assert next_folder(tmp_path / "runs").name == "compare-001"
    (tmp_path / "compare-001").mkdir()
    (tmp_path / "compare-002").mkdir()
    assert next_folder(tmp_path).name == "compare-003"


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_screen_says_what_arithmetic_allows_at_most(result, lang):
    """Per scenario: what the ceiling says a month, the guessed part, the effect beside it."""
    lines = at_most_lines(result, "policy", lang, 200)
    assert "\n".join(lines) in text(result, lang=lang, width=200)
    table = result.ceiling
    effects = result.effects(["revenue"], "policy").set_index("scenario")
    rows = [line for line in lines[2:] if not line.startswith("    ")]
    for line, name in zip(rows, result.scenarios, strict=True):
        own = table[(table["scenario"] == name) & table["channel"].isin(CHANNELS)]
        reach = float(own["policy_reaches"].sum()) / 12
        cells = re.split(r" {2,}", line.strip())
        assert cells[:2] == [name, number(reach, lang) if reach else "0"]
        assert cells[3] == effect_cells(effects.loc[name], lang)[0]
    assert sum(line.startswith("    ") for line in lines) >= len(rows)


def test_the_line_names_what_explain_names_and_no_more():
    """Luck alone is not named, however strong its largest correlation."""
    found = compare([RULE, "cash_grant"], replicates=24, jobs=1, **SMALL)
    said = named_assumptions(found)
    for name in found.scenarios:
        part = explain(found, outcome="profit", scenario=name, runs=0, quiet=True).part(name)
        assert set(said[name]) == {part.name_of(one) for one in part.shares.found if one.named}
        own = found.correlations[found.correlations["scenario"] == name]
        assert set(own.loc[own["clear"], "parameter"]) == set(said[name])
        line = _hangs_line(found, name, "en")
        if said[name]:
            assert all(item in line for item in said[name][:3])
        else:
            assert line.startswith("hangs on: with 24 draws no assumption stands out from luck; ")
    assert found.correlations["correlation"].abs().max() > 0.5  # of 230 in 24 draws
