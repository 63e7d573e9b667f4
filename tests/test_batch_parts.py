"""Pieces of a batch: designs read back, numbers of a folder, what fits, chunks, sources."""

import sys
import tracemalloc

import numpy as np
import pytest

from experiments.batch import machine, sources
from experiments.batch.chunks import CHUNK_SECONDS, Chunks
from experiments.batch.design_file import DesignFile, changed_names, write_design
from experiments.batch.evaluate import evaluate
from experiments.batch.experiment import Experiment
from experiments.batch.job import Job
from experiments.batch.jobs import Chosen, Jobs, Role
from experiments.batch.need import Need, amount_of_bytes, refuse_what_does_not_fit
from experiments.batch.parts import read_records, write_part
from experiments.batch.pool import LocalPool
from experiments.batch.program import Program, run_id, study_digest
from experiments.batch.quantiles import quantiles
from experiments.batch.reading import read_block
from experiments.batch.record import Block, Layout
from experiments.batch.task import Task
from experiments.batch.work import Outcome
from experiments.unit import run_unit
from sim.errors import KemitraanError
from tests import batch_models
from tests.batch_folders import points


def some_jobs(count=200):
    """Three roles, one of which changes nothing, and seeds of 64 bits."""
    seeds = [2**64 - 1 - k for k in range(max(5, count))]
    values = np.linspace(0.1, 1 / 3, 2 * count).reshape(count, 2)
    roles = [Role("draw", ("a", "b"), values), Role("fixed", (), np.empty((5, 0))),
             Role("held", ("c",), np.full((4, 1), 0.7))]  # fmt: skip
    return Jobs(seeds, roles)


def test_jobs_are_made_when_asked_for():
    jobs = some_jobs(3)
    assert len(jobs) == 12
    assert jobs[2] == Job("draw", 2, 2**64 - 3, {"a": jobs[2].changes["a"], "b": 1 / 3})
    assert [job.role for job in jobs] == ["draw"] * 3 + ["fixed"] * 5 + ["held"] * 4
    assert jobs[-1] == Job("held", 3, 2**64 - 4, {"c": 0.7})
    assert jobs[2:4] == [jobs[2], jobs[3]]
    assert list(Chosen(jobs, [4, 2])) == [jobs[4], jobs[2]]
    with pytest.raises(IndexError):
        jobs[12]
    with pytest.raises(ValueError, match="fewer seeds"):
        Jobs([1, 2], [Role("draw", (), np.empty((3, 0)))])


def test_a_design_comes_back_as_it_was_written(tmp_path):
    """In more than one piece, to the last bit, and with what a role leaves alone left alone."""
    jobs = some_jobs(9000)
    base = {"a": 5.0, "b": 6.0, "c": 7.0}
    first = write_design(tmp_path, jobs, list(base), base.__getitem__, {"row": range(len(jobs))})
    read = DesignFile(tmp_path)
    assert len(read) == len(jobs)
    assert [read[k] for k in (0, 4095, 4096, 8999, 9001, -1)] == [
        jobs[k] for k in (0, 4095, 4096, 8999, 9001, -1)
    ]
    assert list(read) == list(jobs)
    again = write_design(tmp_path, read, list(base), base.__getitem__, {"row": range(len(jobs))})
    assert again == first
    import pandas as pd

    table = pd.read_parquet(tmp_path / "design.parquet")
    assert table.loc[9001, ["a", "b", "c"]].tolist() == [5.0, 6.0, 7.0]
    assert table["row"].tolist() == list(range(len(jobs)))


def test_jobs_of_a_role_change_the_same_names():
    with pytest.raises(KemitraanError, match="run 1: changes other names"):
        changed_names([Job("draw", 0, 0, {"a": 1.0}), Job("draw", 1, 0, {"b": 1.0})])


def test_a_part_holds_blocks_as_tables_and_gives_records_back(tmp_path):
    layout = Layout(
        (
            Block(("u", "v"), {"scenario": ["x", "x", "y"], "month": [0, 1, 0]}),
            Block(("value",), {"group": ["p", "q"]}, "groups"),
        )
    )
    assert layout.size == 8
    (tmp_path / "parts").mkdir()
    records = np.random.default_rng(1).normal(size=(4, 8))
    records[1, 3] = np.nan
    write_part(tmp_path, 2, layout, [20, 21, 23, 29], records)
    runs, found = read_records(tmp_path, 2, layout)
    assert runs == [20, 21, 23, 29]
    np.testing.assert_array_equal(found, records)
    import pandas as pd

    table = pd.read_parquet(tmp_path / "parts" / "part-00002.parquet")
    assert list(table.columns) == ["run", "scenario", "month", "u", "v"]
    row = table[(table["run"] == 23) & (table["scenario"] == "y")].iloc[0]
    assert row[["u", "v"]].tolist() == records[2, 4:6].tolist()
    whole = read_block(tmp_path, layout, 30, "groups")
    assert whole.shape == (30, 2, 1)
    assert np.isfinite(whole).all(axis=(1, 2)).nonzero()[0].tolist() == runs


def test_quantiles_over_all_runs_are_those_of_numpy(tmp_path):
    given = points(501)
    found = evaluate(batch_models.lucky, given, ("u", "v"), seed=3, out=tmp_path)
    layout = Layout.of(("u", "v"))
    shares = (0.0, 0.05, 0.5, 0.95, 1.0)
    np.testing.assert_allclose(
        quantiles(tmp_path, layout, shares)[:, 0], np.quantile(found[:, 0], shares, axis=0),
        rtol=1e-14,
    )  # fmt: skip
    one = quantiles(tmp_path, layout, shares, columns=["v"])
    np.testing.assert_array_equal(one[:, 0, 0], quantiles(tmp_path, layout, shares)[:, 0, 1])


def test_quantiles_leave_out_what_is_no_number(tmp_path):
    layout = Layout.of(("y",))
    (tmp_path / "parts").mkdir()
    write_part(tmp_path, 0, layout, range(4), np.array([[1.0], [np.nan], [3.0], [np.inf]]))
    assert quantiles(tmp_path, layout, (0.5,)).ravel().tolist() == [2.0]


# -- memory


def long_record(_study, job):
    """A result of 80 kB."""
    return np.full(10_000, job.changes["x"])


def peak(folder, runs):
    """Most memory while runs are kept, bytes."""
    task = Task(
        kind="function",
        function=long_record,
        study=None,
        jobs=Jobs(range(runs), [Role("point", ("x",), np.arange(float(runs))[:, None])]),
        layout=Layout((Block(("y",), {"month": list(range(10_000))}),)),
        pack=np.asarray,
        names=["x"],
        fill=lambda _: 0.0,
        length=20,
    )
    folder.mkdir()
    with Experiment.create(folder, task) as experiment:
        tracemalloc.start()
        experiment.run(LocalPool(1))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        experiment.finish()
    return most


def test_memory_does_not_grow_with_the_number_of_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _: None)
    peak(tmp_path / "first", 40)  # what is loaded once
    few, many = peak(tmp_path / "few", 400), peak(tmp_path / "many", 1600)
    assert many < 1.2 * few
    assert many < 0.2 * 1600 * 80_000


# -- what fits


def test_what_this_machine_has_is_found(tmp_path):
    assert 10**6 < machine.free_disk(tmp_path / "not" / "there") < 10**18
    free = machine.free_memory()
    assert free is None or 10**7 < free < 10**15


@pytest.mark.skipif(sys.platform != "linux", reason="files of one system")
def test_the_limit_of_a_container_counts(tmp_path, monkeypatch):
    (tmp_path / "max").write_text("300000000\n", encoding="ascii")
    (tmp_path / "now").write_text("100000000\n", encoding="ascii")
    monkeypatch.setattr(machine, "_CGROUPS", ((tmp_path / "max", tmp_path / "now"),))
    assert machine.free_memory() == 200_000_000
    for name in ("inactive_file", "total_inactive_file"):  # files that were read, not needed
        (tmp_path / "memory.stat").write_text(f"anon 5\n{name} 90000000\n", encoding="ascii")
        assert machine.free_memory() == 290_000_000
    (tmp_path / "memory.stat").write_text("nonsense\n", encoding="ascii")
    assert machine.free_memory() == 200_000_000
    (tmp_path / "max").write_text("max\n", encoding="ascii")
    assert machine.free_memory() > 200_000_000 or machine.free_memory() is None


@pytest.mark.parametrize(
    ("disk", "memory", "message"),
    [
        (10**9, 10**9, ""),
        (10**9, None, ""),
        (10**6, 10**9, r"needs about 200 MB of disk, and 1\.0 MB are free"),
        (10**9, 10**8, r"needs about 700 MB of memory, 200 MB a process, and 100 MB are free"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_figure(tmp_path, disk, memory, message):
    need = Need(disk=2 * 10**8, parent=3 * 10**8, worker=2 * 10**8, workers=2)
    options = {"disk": lambda _: disk, "memory": lambda: memory}
    if not message:
        refuse_what_does_not_fit(need, tmp_path, **options)
    else:
        with pytest.raises(KemitraanError, match=message):
            refuse_what_does_not_fit(need, tmp_path, **options)


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 B"), (999, "999 B"), (1234, "1.2 kB"), (999_900, "1.0 MB"), (3.6e10, "36 GB")],
)
def test_bytes_are_told_in_powers_of_a_thousand(count, told):
    assert amount_of_bytes(count) == told


# -- chunks


def sizes(total, workers, seconds, **options):
    """Sizes of all chunks where every run takes so many seconds."""
    jobs = [Job("point", k, k, {}) for k in range(total)]
    chunks = Chunks(range(total), jobs, total=total, workers=workers, **options)
    found = []
    for chunk in chunks:
        found.append(len(chunk.members))
        chunks.learn([Outcome(run, None, seconds) for run, _ in chunk.members])
    assert sum(found) == total
    return found


def test_chunks_are_worth_a_message_and_end_together():
    short = sizes(5000, 2, 0.001)
    assert max(short) == pytest.approx(CHUNK_SECONDS / 0.001, rel=0.1)
    assert short[-1] <= 2
    assert set(sizes(50, 2, 5.0, unit_seconds=5.0)) == {1}
    assert max(sizes(5000, 2, 1e-6)) <= 5000 // 8
    assert max(sizes(5000, 2, 1e-6, record_bytes=1 << 20)) <= 4


# -- names


def test_a_run_is_known_by_what_it_was():
    job = Job("draw", 3, 7, {"a": 0.1, "b": 2.0})
    name = run_id("p", "s", job)
    assert len(name) == 32
    assert run_id("p", "s", Job("draw", 3, 7, {"b": 2.0, "a": 0.1})) == name
    others = [
        run_id("q", "s", job),
        run_id("p", "t", job),
        run_id("p", "s", Job("draw", 3, 8, {**job.changes})),
        run_id("p", "s", Job("draw", 4, 7, {**job.changes})),
        run_id("p", "s", Job("fixed", 3, 7, {**job.changes})),
        run_id("p", "s", Job("draw", 3, 7, {"a": np.nextafter(0.1, 1), "b": 2.0})),
    ]  # fmt: skip
    assert len({name, *others}) == 7


def test_a_study_without_a_digest_must_be_plain():
    assert study_digest({"b": 1, "a": [0.5]}) == study_digest({"a": [0.5], "b": 1})
    with pytest.raises(KemitraanError, match="object: cannot be told apart"):
        study_digest(object())


def test_the_sources_a_model_hangs_on_are_found_and_no_others():
    found = set(Program.of(run_unit).sources)
    assert {"experiments/unit.py", "experiments/design.py", "sim/month.py", "sim/draws.py",
            "sim/processes/delivery.py", "scenarios/region_ranges.py",
            "sim/parameters/levers.yaml", "sim/parameters/goods.csv"} <= found  # fmt: skip
    shown = ("experiments/figures/", "experiments/cli/", "experiments/page/", "tests/")
    assert not [name for name in found if name.startswith(shown)]
    own = Program.of(batch_models.parabola)
    assert set(own.sources) == {"tests/batch_models.py"}
    assert own.function == "tests.batch_models.parabola"


def test_line_ends_are_no_change(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "line_ends.py").write_bytes(b"def f(x):\n    return x\n")
    import line_ends

    first = sources.source_digests(line_ends.f)
    (tmp_path / "line_ends.py").write_bytes(b"def f(x):\r\n    return x\r\n")
    assert sources.source_digests(line_ends.f) == first
    (tmp_path / "line_ends.py").write_bytes(b"def f(x):\n    return x + 1\n")
    assert sources.source_digests(line_ends.f) != first
