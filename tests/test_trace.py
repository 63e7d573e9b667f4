"""A slot's months: what is told agrees with the columns, and money adds up month by month."""

from __future__ import annotations

import itertools
import json
import pickle
import re

import numpy as np
import pandas as pd
import pytest

from experiments.cli import trace as trace_command
from kemitraan.cli import main
from scenarios import load_region, load_scenario
from sim.agents import Umkm
from sim.case import Case
from sim.ecosystem import Ecosystem
from sim.errors import KemitraanError
from sim.run import simulate
from sim.trace import COLUMNS, PICKS, Trace, find_row, pick_slot, replay

MANDATE = ("mandated_hotel_partnership", "--scale", "100")


def case(name="mandated_hotel_partnership", **settings):
    return Case.of(load_scenario(name), load_region("surabaya"), scale=100, **settings)


@pytest.fixture(scope="module")
def world():
    return simulate(case().world())


@pytest.fixture(scope="module", params=[*PICKS[:3], "seller"])
def traced(request):
    if request.param == "seller":
        online = case("ecommerce_collaboration")
        world = simulate(online.world())
        most = world.firms.slot[np.argmax(world.tables.shops["total"] * (world.firms.alive == 1))]
        return replay(online, int(most))
    return replay(case(), request.param)


def test_a_shops_life_is_told():
    online = case("ecommerce_collaboration")
    world = simulate(online.world())
    shops = world.tables.shops
    given_up = (shops["opened"] == 1) & (shops["open"] == 0) & (shops["trained"] == 1)
    trace, _ = replay(online, int(world.firms.slot[np.flatnonzero(given_up)[0]]))
    told = "; ".join(trace["event"])
    for words in ("opens an online shop", "gives up its online shop", "trained to sell online"):
        assert words in told


def test_the_columns_are_those_documented(traced):
    trace, _ = traced
    assert isinstance(trace, Trace)
    assert list(trace.columns) == list(COLUMNS)
    assert trace["month"].tolist() == list(range(108))
    assert trace["calendar"].iloc[[0, 107]].tolist() == ["2025-01", "2033-12"]


def test_the_last_month_is_the_row_of_the_table(traced):
    trace, world = traced
    place = find_row(world, trace.slot)
    row = world.tables.firms[place]
    last = trace.iloc[-1]
    if last["alive"] and row["alive"]:
        for name in ("cash", "capacity", "practice", "quality", "revenue", "profit"):
            assert last[name] == row[name], name
        assert last["age"] == row["age"] - 1
        assert last["receivables"] == world.tables.receivables[:, place].sum()


def test_the_years_are_those_of_the_world(traced):
    trace, world = traced
    row = find_row(world, trace.slot)
    years = trace.groupby(trace["month"] // 12)
    assert years["profit"].sum().to_numpy() == pytest.approx(world.yearly.profit[:, row], abs=1e-9)
    assert years["revenue"].sum().to_numpy() == pytest.approx(world.yearly.revenue[:, row])
    served = years["orders"].max() > 0.0
    assert served.tolist() == world.yearly.served[:, row].astype(bool).tolist()


def lives(trace):
    """Runs of months of one firm each."""
    for _, part in trace[trace["alive"]].groupby("generation"):
        yield part


def test_money_adds_up(traced):
    trace, _ = traced
    assert np.allclose(
        trace["revenue"], trace[["invoices", "local_sales", "online_sales"]].sum(axis=1), atol=1e-12
    )
    for life in lives(trace):
        flow = (
            life[["local_sales", "received", "payout", "grant"]].sum(axis=1)
            - life["costs"]
            - life[["drawings", "investment", "certificates"]].sum(axis=1)
        )
        closed = life["event"].str.contains("closed")
        inner = ~closed.to_numpy()[1:]
        assert np.allclose(np.diff(life["cash"])[inner], flow.to_numpy()[1:][inner], atol=1e-9)
        owed = (life["invoices"] - life["fees"] - life["received"]).to_numpy()[1:][inner]
        assert np.allclose(np.diff(life["receivables"])[inner], owed, atol=1e-9)


def test_orders_are_the_sum_of_deliveries(traced):
    trace, _ = traced
    if trace.deliveries.empty:
        assert trace["orders"].sum() == 0.0
        return
    by_month = trace.deliveries.groupby("month")["order"].sum()
    ordered = trace.set_index("month")["orders"]
    assert np.allclose(ordered[by_month.index], by_month)
    assert ordered.drop(by_month.index).sum() == 0.0
    assert trace.deliveries["late"].sum() == trace["late"].sum()
    assert set(trace.deliveries["good"]) <= set(load_region("surabaya").goods["good"])


def test_a_life_ends_once_and_the_next_begins_later():
    trace, _ = replay(case(), "closed")
    events = trace[trace["event"].str.contains("closed|entered")]
    assert events["event"].str.contains("closed").any()
    kinds = ["closed" if "closed" in text else "entered" for text in events["event"]]
    assert all(a != b for a, b in itertools.pairwise(kinds))
    for life in lives(trace):
        assert (np.diff(life["month"]) == 1).all()
        assert (np.diff(life["age"].astype(int)) == 1).all()
    vacant = trace[~trace["alive"]]
    assert (vacant[["orders", "revenue", "cash", "receivables", "drawings"]] == 0.0).all(axis=None)
    assert vacant[["practice", "quality", "age"]].isna().all(axis=None)


def test_grants_are_told():
    lavish = load_scenario(
        "cash_grant",
        levers={"cash_grant.million_rp_per_year": 1e6, "cash_grant.firms_per_year": 1e6},
    )
    granted = Case.of(lavish, load_region("surabaya"), scale=500)
    world = simulate(granted.world())
    slot = int(world.firms.slot[np.argmax(world.firms.granted)])
    trace, _ = replay(granted, slot)
    paid = trace[trace["grant"] > 0]
    assert len(paid) >= 1
    assert paid["event"].str.contains("grant of 1").all()


# -- which slot


def test_a_slot_outside_the_sample_names_the_nearest(world):
    assert world.firms.slot.min() == 50
    with pytest.raises(KemitraanError, match=r"not in the sample .*the nearest is 50"):
        find_row(world, 17 + 50)
    with pytest.raises(KemitraanError, match=r"slot: 999999999 is out of range \[50\.\.\d+\]"):
        find_row(world, 999_999_999)
    with pytest.raises(KemitraanError, match="out of range"):
        find_row(world, -1)


def test_picks_are_what_they_say(world):
    firms, yearly = world.firms, world.yearly
    partner = find_row(world, pick_slot(world, "partner"))
    assert yearly.served[:, partner].sum() == yearly.served.sum(axis=0).max()
    largest = find_row(world, pick_slot(world, "largest"))
    most = yearly.revenue.sum(axis=0).max()
    assert yearly.revenue[:, largest].sum() == pytest.approx(most, rel=1e-12)
    closed = find_row(world, pick_slot(world, "closed"))
    assert firms.alive[closed] == 0 or firms.generation[closed] > 1
    with pytest.raises(KemitraanError, match="partner, closed, largest, coached"):
        pick_slot(world, "best")
    with pytest.raises(KemitraanError, match="0 months"):
        pick_slot(case().world(), "partner")


# -- from a model


@pytest.fixture
def model():
    return Ecosystem(load_scenario("no_policy"), region=load_region("surabaya"), scale=500)


def test_a_model_traces_the_months_so_far(model):
    model.run_for(30)
    slot = int(model.world.firms.slot[3])
    trace = model.trace(slot)
    assert len(trace) == 30
    assert trace["cash"].iloc[-1] == model.world.firms.cash[3]
    assert model.month == 30
    assert len(model.trace("largest")) == 30


def test_a_watched_slot_is_written_down_along(model):
    slot = int(model.world.firms.slot[3])
    model.watch(slot)
    model.run_for(12)
    watched = model.trace(slot)
    again, _ = replay(model.case, slot, 12)
    pd.testing.assert_frame_equal(watched, again)


def test_a_model_changed_by_hand_is_not_traced_as_another(model):
    firm = next(f for f in model.agents_by_type[Umkm] if f.slot > 500)
    model.watch(int(model.world.firms.slot[0]))
    model.run_for(2)
    firm.cash = 500.0
    model.run_for(2)
    with pytest.raises(KemitraanError, match=rf"changed by hand.*watch\({firm.slot}\)"):
        model.trace(firm.slot)
    assert len(model.trace(int(model.world.firms.slot[0]))) == 4


def test_it_shows_itself_and_slices_are_plain():
    trace, _ = replay(case(), "partner", 30)
    html = trace._repr_html_()
    assert trace.title in html
    assert f"Slot {trace.slot}, " in trace.title
    firms = trace.loc[trace["alive"], "generation"].nunique()
    many = "1 firm" if firms == 1 else f"{firms} firms"
    assert f"{many} in 30 months" in trace.title
    assert type(trace[["cash"]]) is pd.DataFrame
    assert trace.events["event"].str.contains("starts with").any()
    back = pickle.loads(pickle.dumps(trace))
    assert (back.slot, back.title) == (trace.slot, trace.title)


# -- the command


def run(capsys, *words):
    code = main(["trace", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_prints_a_table(capsys):
    code, out, err = run(capsys, *MANDATE, "--pick", "partner", "--months", "30")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split()[:4] == ["month", "firm", "age", "orders"]
    assert len(lines) == 31
    assert "Slot " in err


def test_json_holds_what_the_table_of_the_library_holds(capsys):
    code, out, _ = run(capsys, *MANDATE, "--pick", "closed", "--json", "--seed", "2")
    assert code == 0
    document = json.loads(out)
    trace, _ = replay(case(seed=2), "closed")
    assert document["slot"] == trace.slot
    assert (document["scenario"], document["scale"], document["seed"]) == (MANDATE[0], 100, 2)
    assert [row["cash"] for row in document["months_run"]] == trace["cash"].tolist()
    assert len(document["deliveries"]) == len(trace.deliveries)


def test_csv_has_every_column(capsys, tmp_path):
    code, out, _ = run(capsys, *MANDATE, "--slot", "50", "--csv", "--months", "30")
    assert code == 0
    path = tmp_path / "trace.csv"
    path.write_text(out, encoding="utf-8")
    table = pd.read_csv(path)
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == 30


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "give either --slot N or --pick"),
        (["--slot", "1", "--pick", "partner"], "give either --slot N or --pick"),
        (["--slot", "1", "--json", "--csv"], "give either --json or --csv"),
        (["--slot", "1", "--scale", "x"], "--scale x: is neither a whole number nor 'auto'; 1 sim"),
        (["--slot", "1", "--scale", "0"], "--scale 0: is outside 1..700 for 140,000 firms; 1 sim"),
        (["--pick", "partner", "--scale", "9999"], "--scale 9999: is outside 1..700"),
        (
            ["--slot", "151", "--scale", "100"],
            "the nearest is 150. Give that one, or add --scale 1",
        ),
        (["--slot", "-1"], "--slot -1: is outside 0..150537, the slots of surabaya; give one"),
        (["--slot", "150538", "--scale", "100"], "--slot 150538: is outside 0..150537"),
        (["--slot", "many"], "'many' is not a whole number"),
        (["--slot", "1", "--months", "0"], "--months 0: is outside 1..600; without the option"),
        (["--slot", "1", "--months", "601"], "--months 601: is outside 1..600"),
        (["--slot", "1", "--months", "long"], "'long' is not a whole number"),
        (["--slot", "1", "--seed", "-1"], "--seed -1: is outside 0..18446744073709551615"),
        (["--slot", "1", "--seed", "x"], "'x' is not a whole number"),
        (["--pick", "best"], "--pick best: is not known; give partner, closed, largest or coached"),
    ],
)
def test_wrong_use_is_told(capsys, words, expected):
    code, out, err = run(capsys, "no_policy", *words)
    assert code == 2
    assert expected in err
    assert out == ""


def test_a_pick_without_any_such_slot_says_what_to_change(capsys, monkeypatch):
    import sim.trace

    def none(*_):
        raise KemitraanError("pick: no slot is 'partner' in 1 months of this run")

    monkeypatch.setattr(sim.trace, "pick_slot", none)
    words = ["--pick", "partner", "--scale", "700", "--months", "1"]
    code, _, err = run(capsys, "no_policy", *words)
    assert code == 2
    assert "--pick partner: there is none in 1 months of one slot in 700; give more --months" in err


def test_a_flag_that_replaces_what_the_file_says_is_told_beside_the_data(capsys):
    words = ["--slot", "150", "--scale", "100", "--months", "2", "--csv"]
    code, out, err = run(capsys, "no_policy", *words)
    assert code == 0
    assert out.splitlines()[0].startswith("month,calendar")
    assert "--months 2 replaces 108 (no_policy.yaml:9)" in err
    code, out, err = run(capsys, "no_policy", *words[:-1], "--lang", "id")
    assert out.split()[:3] == ["bulan", "usaha", "umur"]
    assert "--months 2 menggantikan 108 (no_policy.yaml:9)" in err
    code, out, err = run(capsys, "no_policy", *words[:5], "3", "--region", "surabaya")
    assert "--region" not in err  # the file says the same


def test_goods_and_trades_have_words_in_indonesian(capsys):
    words = ["--pick", "partner", "--scale", "100", "--months", "36"]
    _, out, err = run(capsys, "mandated_hotel_partnership", *words)
    goods = set(re.findall(r"\((\w+)\)", out))
    assert ", food_and_cakes," in err
    assert goods
    assert goods <= {"cakes", "food_ingredients"}
    _, out, err = run(capsys, "mandated_hotel_partnership", *words, "--lang", "id")
    assert ", makanan dan kue," in err
    words = {"cakes": "kue", "food_ingredients": "bahan makanan"}
    assert set(re.findall(r"\(([\w ]+)\)", out)) == {words[good] for good in goods}


def test_the_command_takes_every_pick_there_is(capsys):
    """`coached` among them: it needs a scenario with coaching."""
    assert trace_command._NAMES == PICKS
    assert all(name in trace_command._PICKS for name in PICKS)
    asked = ["trace", "voluntary_coaching", "--pick", "coached", "--scale", "100"]
    assert main([*asked, "--months", "60"]) == 0
    assert "admitted to coaching" in capsys.readouterr().out
