"""The figure of `benchmarks.size`: time and memory against firms, both axes by factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["draw"]

_ONE, _MANY, _GREY = "#1b6ca8", "#c2571a", "#8a8a8a"


def draw(
    one: Sequence[Mapping[str, float]], many: Sequence[Mapping[str, float]], path: Path
) -> None:
    """Draws it.

    Args:
        one: rows of single regions.
        many: rows of many regions.
        path: of the file, by whose end its kind goes.
    """
    import matplotlib as mpl  # noqa: PLC0415  # slow, only here

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "size"
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(1, 3, figsize=(11.5, 3.9), layout="constrained")
    single = [row["firms"] for row in one]
    several = [row["firms"] for row in many]
    panels = (
        ("seconds",
         [("one region, a month", single, [r["month"] for r in one], _ONE, "o", "-"),
          ("one region, month 0", single, [r["build"] for r in one], _GREY, "s", ":"),
          ("many regions, all of it", several, [r["seconds"] for r in many], _MANY, "D", "-")]),
        ("ns a firm-month",
         [("one region", single, [r["ns"] for r in one], _ONE, "o", "-"),
          ("many regions", several, [r["ns"] for r in many], _MANY, "D", "-")]),
        ("most memory, MiB",
         [("one region, its process", single, [r["peak"] for r in one], _ONE, "o", "-"),
          ("many regions, the parent", several, [r["peak"] for r in many], _MANY, "D", "-"),
          ("many regions, largest other", several, [r["worker"] for r in many], _GREY, "s", ":")]),
    )  # fmt: skip
    for ax, (label, lines) in zip(axes, panels, strict=True):
        for name, x, y, colour, mark, style in lines:
            ax.plot(x, y, marker=mark, ms=4.5, color=colour, linestyle=style, label=name)
        ax.set(xscale="log", yscale="log", xlabel="firms (all together)", ylabel=label)
        ax.grid(visible=True, alpha=0.25)
        ax.legend(frameon=False, fontsize=8)
    axes[1].set_ylim(10.0, 2_000.0)
    axes[2].set_ylim(100.0, 20_000.0)
    figure.suptitle("Synthetic regions: time and memory against the number of firms", fontsize=11)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=110)
    plt.close(figure)
