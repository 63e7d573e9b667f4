"""The loop of PRIM, compiled. It calls nothing and reads no constant of another file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.jit import jit

__all__ = ["peel_off"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@jit
def peel_off(
    points: Floats,
    order: Ints,
    marks: Ints,
    part: float,
    least: int,
    columns: Ints,
    sides: Ints,
    limits: Floats,
    left: Ints,
    hits: Ints,
) -> int:
    """Peels a box until it is small, or holds hits only; how many peels there were.

    Args:
        points: (points, columns).
        order: (columns, points), numbers of the points from the lowest value to the highest.
        marks: (points,), 1 for a hit.
        part: of the box's points that a peel removes.
        least: points that the box keeps.
        columns: (points,), the column of each peel is written here.
        sides: (points,), 0 where low values go, 1 where high ones.
        limits: (points,), the new limit, half-way between what goes and what stays.
        left: (points,), points in the box after it.
        hits: (points,), hits in the box after it.
    """
    total, width = points.shape
    alive = np.ones(total, dtype=np.bool_)
    first = np.zeros(width, dtype=np.int64)  # no living point before it, in the column's order
    last = np.full(width, total - 1, dtype=np.int64)
    count, good, peels = total, 0, 0
    for i in range(total):
        good += marks[i]
    while good < count:
        size = max(1, int(part * count))
        if count - size < least:
            break
        found = False
        best_density, best_gone, best_next, best_far = 0.0, 0, 0, 0
        best_column, best_side, best_limit, best_hits = 0, 0, 0.0, 0
        for column in range(width):
            while not alive[order[column, first[column]]]:
                first[column] += 1
            while not alive[order[column, last[column]]]:
                last[column] -= 1
            for side in range(2):
                at, way = (first[column], 1) if side == 0 else (last[column], -1)
                # The slice: so many living points, and all others of the last one's value.
                gone, bad, edge, beyond = 0, 0, 0.0, 0.0
                ended = False
                while 0 <= at < total:
                    i = order[column, at]
                    if alive[i]:
                        value = points[i, column]
                        if gone >= size and value != edge:
                            beyond = value
                            ended = True
                            break
                        gone += 1
                        bad += marks[i]
                        edge = value
                    at += way
                if not ended or count - gone < least:
                    continue
                density = (good - bad) / (count - gone)
                if found and (
                    density < best_density or (density == best_density and gone > best_gone)
                ):
                    continue
                # Hits among the next so many points, and twice as many more: they break ties.
                seen, near, far = 0, 0, 0
                while 0 <= at < total and seen < 3 * size:
                    i = order[column, at]
                    if alive[i]:
                        if seen < size:
                            near += marks[i]
                        far += marks[i]
                        seen += 1
                    at += way
                if (
                    found
                    and density == best_density
                    and gone == best_gone
                    and (near > best_next or (near == best_next and far >= best_far))
                ):
                    continue
                found = True
                best_density, best_gone, best_next, best_far = density, gone, near, far
                best_column, best_side, best_hits = column, side, good - bad
                best_limit = edge + 0.5 * (beyond - edge)
        if not found:
            break
        for i in range(total):
            value = points[i, best_column]
            if (best_side == 0 and value < best_limit) or (best_side == 1 and value > best_limit):
                alive[i] = False
        count, good = count - best_gone, best_hits
        columns[peels], sides[peels], limits[peels] = best_column, best_side, best_limit
        left[peels], hits[peels] = count, good
        peels += 1
    return peels
