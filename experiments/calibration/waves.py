"""Waves: run the model at points, learn what it says of each target, rule out, run what is left.

Nothing here knows the model: `match` takes any function of points. What remains at the end are
points that were run and are not implausible by their own runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.calibration.bridge import Bridge, lay_bridge, no_bridge
from experiments.calibration.emulator import fit_emulator
from experiments.calibration.implausible import CUT, Judge, Wanted, noise_of, run_implausibility
from experiments.calibration.space import Crowd, begin, narrow, spread, stratified
from sim.draws import replicate_seed

__all__ = ["Conflict", "History", "Simulate", "Wave", "match"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

Simulate = Callable[[Floats, int, int], tuple[Floats, Floats]]
"""Of points, how many of the first are run at the finer scale too, and the wave's number: values
(rows, replicates, targets), and those of the finer runs likewise."""
CROWD = 2000
"""Points that fill the space left, on emulators alone."""
_FEW = 20
"""Runs that a target needs to be emulated."""
_BOUND = 0.25
"""A target binds where its implausibility is this near to the worst."""
_OFTEN = 0.1


@dataclass(frozen=True)
class Conflict:
    """A target that was left out since it cannot be met.

    Attributes:
        target: place of it.
        against: places of the targets it cannot be met with; none where it cannot be met alone.
        level: the smallest worst implausibility that could be found with it.
        wave: in which it was found out, from 1.
    """

    target: int
    against: tuple[int, ...]
    level: float
    wave: int


@dataclass(frozen=True)
class Wave:
    """One round.

    Attributes:
        number: from 1.
        points: (rows, parameters) that were run.
        runs: (rows, replicates, targets).
        fine: points that were run at the finer scale too, (fine rows, parameters).
        fine_means: (fine rows, targets) of their coarse runs.
        fine_runs: (fine rows, replicates, targets).
        bridge: from coarse to fine, laid after this wave.
        judge: emulators fitted to them and to earlier rows in the same space.
        share_before: of the whole space, that these rows fill.
        share_after: that the emulators leave of it.
        far: (rows, targets), implausibility of the rows by their own runs.
        kept: places of the targets that were kept by then.
    """

    number: int
    points: Floats
    runs: Floats
    fine: Floats
    fine_means: Floats
    fine_runs: Floats
    bridge: Bridge
    judge: Judge
    share_before: float
    share_after: float
    far: Floats
    kept: tuple[int, ...]

    @property
    def worst(self) -> Floats:
        """(rows,): the largest implausibility over the kept targets, by their own runs."""
        return np.asarray(self.far[:, list(self.kept)].max(axis=1, initial=0.0))

    @property
    def means(self) -> Floats:
        """(rows, targets): over replicates, as the finer sample would say."""
        return self.bridge.across(self.runs.mean(axis=1))


@dataclass
class History:
    """All waves, and what is left.

    Attributes:
        wanted: the targets.
        waves: in order.
        conflicts: targets that were left out on the way.
        cut: largest implausibility allowed.
    """

    wanted: Wanted
    cut: float
    waves: list[Wave] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def kept(self) -> tuple[int, ...]:
        """Places of the targets that were not left out."""
        out = [one.target for one in self.conflicts]
        return tuple(j for j in range(len(self.wanted.values)) if j not in out)

    @property
    def points(self) -> Floats:
        """(rows, parameters): of all waves."""
        return np.concatenate([wave.points for wave in self.waves])

    @property
    def coarse(self) -> Floats:
        """(rows, targets): means over replicates, of all waves; not a number where one was none."""
        return np.concatenate([wave.runs.mean(axis=1) for wave in self.waves])

    @property
    def means(self) -> Floats:
        """(rows, targets): the same as the finer sample would say."""
        return self.waves[-1].bridge.across(self.coarse)

    @property
    def number(self) -> Codes:
        """(rows,): wave of each row, from 1."""
        return np.repeat([w.number for w in self.waves], [len(w.points) for w in self.waves])

    @property
    def noise(self) -> Floats:
        """(targets,): variance of a row's mean by luck and by the sample, in the last wave."""
        return self.waves[-1].bridge.variance

    @property
    def implausibility(self) -> Floats:
        """(rows, targets): of all rows by their own runs."""
        return run_implausibility(self.means, self.noise, self.wanted)

    @property
    def members(self) -> Codes:
        """Rows that no kept target rules out, in the order in which they were run."""
        each = self.implausibility[:, list(self.kept)]
        return np.flatnonzero((each <= self.cut).all(axis=1))

    @property
    def share(self) -> float:
        """Share of the whole space that the emulators leave."""
        return self.waves[-1].share_after


def match(
    wanted: Wanted,
    parameters: int,
    simulate: Simulate,
    *,
    waves: int,
    rows: int,
    seed: int,
    cut: float = CUT,
    crowd: int = CROWD,
    snap: Callable[[Floats], Floats] = lambda points: points,
    fine: int = 0,
    each: Callable[[Wave], None] = lambda _: None,
) -> History:
    """Matches a model's history: rules out what cannot be, wave by wave.

    Args:
        wanted: the targets.
        parameters: dimensions of the unit cube.
        simulate: see `Simulate`; at least two replicates.
        waves: how many.
        rows: points run in each.
        seed: of the designs.
        cut: largest implausibility allowed.
        crowd: points that fill the space left, on emulators alone.
        snap: what a point becomes before it is run, as rounded values do.
        fine: points of each wave that are run at the finer scale too; without them luck is judged
            by the replicates alone, which all rows share.
        each: called after every wave.
    """
    history = History(wanted, cut)
    whole = begin(replicate_seed(seed, 0), crowd, parameters)
    space = whole
    for number in range(1, waves + 1):
        own = replicate_seed(seed, number)
        if number == 1:
            points = stratified(replicate_seed(own, 0), rows, parameters)
        else:
            points = spread(space, rows, _active(history), replicate_seed(own, 0))
        points = snap(points)
        some = points[: min(fine, rows)]
        runs, finer = simulate(points, len(some), number)
        before, conflicts = space.share, len(history.conflicts)
        learned = _Learned(points, runs.mean(axis=1), some, runs.mean(axis=1)[: len(some)], finer)
        bridge = _bridge(history, learned, noise_of(runs))
        judge = _learn(history, learned, bridge, whole, replicate_seed(own, 2))
        space = whole if len(history.conflicts) > conflicts else space
        judge, space = _rule_out(history, judge, space, whole, replicate_seed(own, 1))
        far = run_implausibility(bridge.across(learned.means), bridge.variance, wanted)
        wave = Wave(
            number, points, runs, some, learned.fine_means, finer, bridge, judge, before,
            space.share, far, history.kept,
        )  # fmt: skip
        history.waves.append(wave)
        each(wave)
    return history


class _Learned(NamedTuple):
    """What a wave's runs are, before anything is made of them."""

    points: Floats
    means: Floats
    fine: Floats
    fine_means: Floats
    fine_runs: Floats


def _bridge(history: History, new: _Learned, noise: Floats) -> Bridge:
    """From coarse to fine, by this wave's points and earlier ones within its space."""
    if not len(new.fine):
        return no_bridge(noise)
    coarse, fine = [new.fine_means], [new.fine_runs]
    for wave in history.waves:
        inside = _worst(history, wave.fine) <= history.cut
        coarse.append(wave.fine_means[inside])
        fine.append(wave.fine_runs[inside])
    return lay_bridge(np.concatenate(coarse), np.concatenate(fine), noise)


def _active(history: History) -> tuple[int, ...]:
    """Parameters that any emulator so far reads."""
    used = {column: None for wave in history.waves for column in wave.judge.active}
    return tuple(sorted(used))


def _worst(history: History, points: Floats, out: int | None = None) -> Floats:
    """(points,): the largest implausibility by the emulators of all waves so far.

    Those of targets that were left out since do not count, nor those of `out`.
    """
    found = np.zeros(len(points))
    for wave in history.waves:
        judge = wave.judge
        for place in list(judge.emulators):
            if place not in history.kept or place == out:
                judge = judge.without(place)
        np.maximum(found, judge.worst(points), out=found)
    return found


def _learn(history: History, new: _Learned, bridge: Bridge, whole: Crowd, seed: int) -> Judge:
    """Emulators of the kept targets, from all rows within the space of this wave.

    A target that nothing meets by itself is left out: no run of the first wave does, and its
    emulator nowhere.
    """
    number = 1 + len(history.waves)
    rows, values = new.points, new.means
    if history.waves:
        inside = _worst(history, history.points) <= history.cut
        rows = np.concatenate([history.points[inside], rows])
        values = np.concatenate([history.coarse[inside], values])
    values = bridge.across(values)
    ran = run_implausibility(values, bridge.variance, history.wanted)
    judge = Judge({}, bridge.variance, history.wanted)
    for place in history.kept:
        finite = np.isfinite(values[:, place])
        if finite.sum() < _FEW:
            history.conflicts.append(Conflict(place, (), np.inf, number))
            continue
        emulator = fit_emulator(rows[finite], values[finite, place])
        best = float(ran[:, place].min())
        if number == 1 and best > history.cut:
            own = Judge({place: emulator}, bridge.variance, history.wanted)
            if narrow(whole, own.worst, history.cut, own.active, seed).level > history.cut:
                history.conflicts.append(Conflict(place, (), best, number))
                continue
        judge = Judge({**judge.emulators, place: emulator}, bridge.variance, history.wanted)
    return judge


def _rule_out(
    history: History, judge: Judge, space: Crowd, whole: Crowd, seed: int
) -> tuple[Judge, Crowd]:
    """The space that the emulators of all waves leave; leaves out what cannot be met together.

    Without a target that earlier waves were narrowed by, the space is looked for from the whole.
    """
    number = 1 + len(history.waves)
    while True:
        found = _narrowed(history, judge, space, seed)
        if found.level <= history.cut or not judge.emulators:
            return judge, found
        binding = _binding(history, judge, found)
        tries = [
            (place, _narrowed(history, judge.without(place), whole, seed, place))
            for place in binding
        ]
        place, _ = min(tries, key=lambda pair: (pair[1].level, -pair[1].share))
        against = tuple(j for j in binding if j != place)
        history.conflicts.append(Conflict(place, against, found.level, number))
        judge, space = judge.without(place), whole


def _narrowed(
    history: History, judge: Judge, space: Crowd, seed: int, out: int | None = None
) -> Crowd:
    """The part of a space that the emulators of all waves leave, without those of one target."""
    active = sorted({*judge.active, *_active(history)})

    def score(points: Floats) -> Floats:
        return np.maximum(judge.worst(points), _worst(history, points, out))

    return narrow(space, score, history.cut, active, seed)


def _binding(history: History, judge: Judge, crowd: Crowd) -> Sequence[int]:
    """Targets that are the worst, or near it, for many of the best points."""
    each = judge.each(crowd.points)
    for k, place in enumerate(judge.emulators):
        for wave in history.waves:
            if place in wave.judge.emulators:
                one = Judge({place: wave.judge.emulators[place]}, wave.judge.noise, judge.wanted)
                np.maximum(each[:, k], one.worst(crowd.points), out=each[:, k])
    near = (each >= each.max(axis=1, keepdims=True) - _BOUND).mean(axis=0)
    places = list(judge.emulators)
    found = [places[k] for k in np.flatnonzero(near >= _OFTEN)]
    return found or [places[int(np.argmax(near))]]
