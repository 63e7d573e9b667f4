"""Where it changes: a circle a district, as large as its firms, coloured by the effect."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.choices import known
from experiments.effects import group_unit
from experiments.figures.style import TITLE, caption, hold_text, own_axes, put_caption
from experiments.group_report import outcome_words
from experiments.report import window_title
from experiments.stakeholder_table import clear
from experiments.stakeholder_words import say, whom_words
from experiments.words import number, unit_words
from sim.errors import KemitraanError
from sim.outcomes import windows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.comparison import Comparison

__all__ = ["district_figures", "district_map", "has_places"]

OUTCOME = "profit_per_eligible"
_COUNTS = {"profit_per_eligible": "firms_eligible", "revenue_per_eligible": "firms_eligible"}
_LOSS, _MIDDLE, _GAIN = "#D55E00", "#F7F7F7", "#0072B2"
_HOLLOW = "#8C8C8C"
_NAMED = 6
_LARGEST = 650.0  # area of the largest circle, square points
_KM_PER_DEGREE = 111.32
_NAME = 0.2, 0.055  # width and height of a name, share of the map's
_MARGIN = 0.12
_COLUMNS = 3
_PANEL = 3.4  # inches


def district_map(
    comparison: Comparison,
    outcome: str = OUTCOME,
    scenario: str | None = None,
    window: str = "policy",
    *,
    ax: Axes | None = None,
    lang: str = "en",
    captioned: bool = True,
    largest: float | None = None,
) -> Axes:
    """A map of one scenario: colour the mean effect of a district, hollow where it is not clear.

    Args:
        comparison: finished.
        outcome: one of those by district; per firm of eligible sectors if none is given.
        scenario: the first if none.
        window: over which.
        ax: drawn into; a new figure if none.
        lang: "en" or "id".
        captioned: with the caption and the scale of colours.
        largest: the effect at the ends of the scale; that of this map if none.

    Raises:
        KemitraanError: an unknown outcome, scenario or window, or districts without coordinates.
    """
    known("scenario", [scenario] if scenario else [], comparison.scenarios)
    name = scenario or comparison.scenarios[0]
    table = _table(comparison, outcome, name, window)
    axes = own_axes(ax, (6.4, 6.0))
    top = largest or _largest(table)
    colours, scale = _colours(top)
    firms = table["firms"].to_numpy(dtype=np.float64)
    area = _LARGEST * firms / max(1.0, float(firms.max()))
    # Large circles first, so that small ones stay visible.
    for k in np.argsort(-firms, kind="stable"):
        row = table.iloc[int(k)]
        shade = colours(scale(float(row["mean"])))
        axes.scatter(
            [row["x"]], [row["y"]], s=[max(12.0, float(area[k]))],
            facecolor=shade if row["clear"] else "none",
            edgecolor="#333333" if row["clear"] else _HOLLOW,
            linewidth=0.7 if row["clear"] else 0.9, zorder=2,
            linestyle="-" if row["clear"] else (0, (2, 1.5)),
        )  # fmt: skip
    _names(axes, table, np.argsort(-firms, kind="stable")[:_NAMED])
    axes.set_aspect("equal", anchor="N")
    axes.margins(_MARGIN)
    axes.set_xlabel(say("km_east", lang), fontsize=8)
    axes.set_ylabel(say("km_north", lang), fontsize=8)
    axes.tick_params(labelsize=7.5)
    told = int(table["clear"].sum())
    title = say("clear_in", lang, name=name, k=told, n=len(table))
    if captioned:
        title = f"{say('districts_title', lang)}, {title}"
    axes.set_title(title, **(TITLE | {"fontsize": 9}))
    if captioned:
        _bar(axes, top, outcome, lang)
        text = _caption(comparison, table, outcome, window, lang)
        put_caption(axes, text, 0.55, left=-0.6)
    return hold_text(axes, ax)


def _extent(table: pd.DataFrame) -> tuple[float, float]:
    """Kilometres from west to east and from south to north, at least one."""
    return tuple(max(1.0, float(np.ptp(table[c]))) for c in ("x", "y"))  # type: ignore[return-value]


def _names(ax: Axes, table: pd.DataFrame, chosen: npt.NDArray[np.intp]) -> None:
    """Names on the circles; one that would cover another moves down."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    wide, high = (share * km for share, km in zip(_NAME, _extent(table), strict=True))
    placed: list[tuple[float, float]] = []
    for _, row in table.iloc[chosen].sort_values("y", ascending=False).iterrows():
        x, y = float(row["x"]), float(row["y"])
        while any(abs(x - u) < wide and abs(y - v) < high for u, v in placed):
            y -= high / 8
        placed.append((x, y))
        text = ax.annotate(str(row["district"]), (x, y), fontsize=6.5, ha="center", va="center",
                           zorder=3, color="#222222")  # fmt: skip
        text.set_path_effects([withStroke(linewidth=2.0, foreground="#FFFFFF")])


def _table(comparison: Comparison, outcome: str, scenario: str, window: str) -> pd.DataFrame:
    """Effect, number of firms and place of each district."""
    effects = comparison.effects(outcome, window, "district")
    own = effects[effects["scenario"] == scenario].rename(columns={"group": "district"})
    if own.empty:
        raise KemitraanError(f"no effects of {outcome} by district in the window {window!r}")
    count = _COUNTS.get(outcome, "firms")
    levels = comparison.levels(count, window, "district")
    mine = levels[levels["scenario"] == comparison.baseline].set_index("group")["mean"]
    places = _places(comparison)
    table = own.assign(
        firms=mine.reindex(own["district"]).fillna(0.0).to_numpy(),
        x=[places[d][0] for d in own["district"]],
        y=[places[d][1] for d in own["district"]],
        clear=[clear(row) for _, row in own.iterrows()],
    )
    return table.reset_index(drop=True)


def has_places(comparison: Comparison) -> bool:
    """Whether every district has coordinates."""
    districts = comparison.study.region.districts
    return bool(np.isfinite(districts[["lat", "lon"]].to_numpy(dtype=np.float64)).all())


def _places(comparison: Comparison) -> dict[str, tuple[float, float]]:
    """Kilometres east and north of the region's middle.

    Raises:
        KemitraanError: a district has no coordinates.
    """
    districts = comparison.study.region.districts
    lat, lon = (districts[c].to_numpy(dtype=np.float64) for c in ("lat", "lon"))
    if not has_places(comparison):
        missing = districts["district"][~(np.isfinite(lat) & np.isfinite(lon))].tolist()
        raise KemitraanError(
            f"region {comparison.study.region.name}: no map, {', '.join(map(str, missing))} has no "
            "lat and lon; add them to districts.csv"
        )
    x = (lon - lon.mean()) * _KM_PER_DEGREE * math.cos(math.radians(float(lat.mean())))
    y = (lat - lat.mean()) * _KM_PER_DEGREE
    return {
        str(name): (float(a), float(b))
        for name, a, b in zip(districts["district"], x, y, strict=True)
    }


def _largest(table: pd.DataFrame) -> float:
    """The largest clear effect; of all where none is clear."""
    shown = table.loc[table["clear"], "mean"]
    return float((shown if len(shown) else table["mean"]).abs().max()) or 1.0


def _colours(largest: float) -> tuple[Any, Any]:
    """Colours from loss to gain, and what turns an effect into a place among them."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize  # noqa: PLC0415

    colours = LinearSegmentedColormap.from_list("effect", [_LOSS, _MIDDLE, _GAIN])
    return colours, Normalize(-largest, largest, clip=True)


def _bar(ax: Axes, largest: float, outcome: str, lang: str, *, inside: bool = False) -> None:
    """The scale of colours beside the Axes, or in them."""
    from matplotlib.cm import ScalarMappable  # noqa: PLC0415
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415

    colours, scale = _colours(largest)
    figure = ax.figure
    shown = ScalarMappable(scale, colours)
    bar = (
        figure.colorbar(shown, cax=ax)
        if inside
        else figure.colorbar(shown, ax=ax, shrink=0.7, pad=0.03)
    )
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang, signed=True)))
    bar.ax.tick_params(labelsize=7.5)
    unit = unit_words(group_unit(outcome), lang)
    bar.set_label(f"{outcome_words(outcome, lang)}, {unit}", fontsize=8)


def _caption(
    comparison: Comparison, table: pd.DataFrame, outcome: str, window: str, lang: str
) -> str:
    whom = str(table["denominator"].iloc[0])
    words = outcome_words(outcome, lang)
    return caption(
        comparison,
        lang,
        say(
            "districts_caption",
            lang,
            outcome=words[:1].upper() + words[1:],
            unit=unit_words(str(table["unit"].iloc[0]), lang),
            when=window_title(comparison, window, lang).lower(),
            baseline=comparison.baseline,
            whom=whom_words(whom, lang),
            named=min(_NAMED, len(table)),
        ),
    )


def _numbered(panels: Sequence[Axes], columns: int) -> None:
    """Numbers on the left and on the lowest panel of each column; no marks where there are none."""
    for k, ax in enumerate(panels):
        left, lowest = k % columns == 0, k + columns >= len(panels)
        ax.tick_params(left=left, labelleft=left, bottom=lowest, labelbottom=lowest)
        if not left:
            ax.set_ylabel("")
        if not lowest:
            ax.set_xlabel("")


def district_figures(comparison: Comparison, lang: str) -> Iterator[tuple[Figure, str]]:
    """A panel a scenario of the policy years, on one scale of colours, with the file's name.

    None where no district has a firm whose change could be shown.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415

    if "policy" not in windows(comparison.study.months) or not has_places(comparison):
        return
    known = comparison.effects(OUTCOME, "policy", "district")["scenario"].tolist()
    names = [name for name in comparison.scenarios if name in known]
    if not names:
        return
    tables = [_table(comparison, OUTCOME, name, "policy") for name in names]
    if not any(table["clear"].any() for table in tables):
        largest = max(_largest(table) for table in tables)
    else:
        largest = max(_largest(table) for table in tables if table["clear"].any())
    columns = min(_COLUMNS, len(names))
    lines = -(-len(names) // columns)
    east, north = (km * (1 + 2 * _MARGIN) for km in _extent(tables[0]))
    panel = min(6.0, max(2.2, _PANEL * north / east))
    width, height = (_PANEL + 0.15) * columns + 1.9, (panel + 0.45) * lines + 0.8
    figure = Figure(figsize=(width, height))
    grid = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    figure.subplots_adjust(left=0.7 / width, right=1 - 1.2 / width, top=1 - 0.6 / height,
                           bottom=0.6 / height, wspace=0.06, hspace=0.45 / panel)  # fmt: skip
    flat = list(grid.flat)
    for ax, name in zip(flat, names, strict=False):
        district_map(comparison, OUTCOME, name, ax=ax, lang=lang, captioned=False, largest=largest)
    for ax in flat[len(names) :]:
        ax.set_visible(False)
    _numbered(flat[: len(names)], columns)
    long = min(2.6, panel)
    scale = figure.add_axes((1 - 1.05 / width, 0.6 / height, 0.14 / width, long / height))
    _bar(scale, largest, OUTCOME, lang, inside=True)
    figure.suptitle(say("districts_title", lang), x=0.7 / width, ha="left", fontsize=11,
                    fontweight="bold", y=1 - 0.1 / height)  # fmt: skip
    text = _caption(comparison, tables[0], OUTCOME, "policy", lang)
    put_caption(grid[-1, 0], text, 0.5, left=-0.6)
    yield figure, "districts"
