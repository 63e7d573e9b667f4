"""A region's data sheet: what it holds, and how much of it is measured, derived or assumed."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pandas as pd

from scenarios.region_data import KINDS

if TYPE_CHECKING:
    from scenarios.region_data import Figure, Region

__all__ = ["beside_the_map", "figure_table", "html_sheet", "text_sheet"]

_MAP_BLOCKS = ("map", "ward_population")


def beside_the_map(provenance: pd.DataFrame) -> pd.DataFrame:
    """Figures without coordinates, areas and ward populations."""
    return provenance[~provenance["block"].isin(_MAP_BLOCKS)]


def figure_table(provenance: pd.DataFrame) -> pd.DataFrame:
    """Count figures by block and kind; two last rows sum all, and all but the map."""
    blocks = list(dict.fromkeys(provenance["block"]))
    parts = {block: provenance[provenance["block"] == block] for block in blocks}
    parts["all"] = provenance
    parts["all but the map"] = beside_the_map(provenance)
    rows = [
        {
            "block": block,
            "figures": len(part),
            **{kind: int((part["kind"] == kind).sum()) for kind in KINDS},
            "borrowed": int(part["borrowed"].sum()),
        }
        for block, part in parts.items()
    ]
    return pd.DataFrame(rows)


def _shares(figures: pd.DataFrame, row: str) -> str:
    part = figures[figures["block"] == row].iloc[0]
    total = int(part["figures"])
    shares = [f"{kind} {100 * int(part[kind]) / total:.0f} %" for kind in (*KINDS, "borrowed")]
    return f"{total} figures: {', '.join(shares[:-1])}; {shares[-1]} from elsewhere"


def _range(figure: Figure) -> str:
    return f" ({figure.low:,.0f} to {figure.high:,.0f})" if figure.ranged else ""


def _facts(region: Region) -> list[tuple[str, str]]:
    area = float(region.villages["area_km2"].sum())
    listed = float(region.sectors.loc[region.sectors["listed"], "share"].sum())
    firms, shops = region.firms_figure, region.restaurants
    demand = ", ".join(f"{good} {value:g}" for good, value in region.restaurant_demand.items())
    total = region.provenance[region.provenance["quantity"] == "hotels"].iloc[0]
    hotels = f"{region.hotels['count'].sum():,}" + (
        f" ({total['range']})" if total["range"] else ""
    )
    rooms = float((region.hotels["count"] * region.hotels["rooms"]).sum())
    facts = [
        ("people", f"{region.population:,}"),
        ("districts, wards", f"{len(region.districts)}, {len(region.villages)}; {area:,.0f} km2"),
        (
            "UMKM",
            f"{region.firms:,}{_range(firms)}, {firms.kind}; {listed:.2%} in listed sectors",
        ),
        ("hotels", f"{hotels} with {rooms:,.0f} rooms"),
        ("restaurants", f"{shops.count:,}{_range(shops)}, {shops.kind}"),
        ("  million Rp a month each", demand),
    ]
    if region.listed is not None:
        share = region.listed.value / region.firms
        text = f"{region.listed.count:,}, {region.listed.kind}; {share:.0%} of the number above"
        facts.insert(3, ("  of them listed", text))
    for name, figure in region.government.items():
        facts.append((f"agencies: {name}", f"{figure.value:,.0f} {figure.unit}, {figure.kind}"))
    if region.cooperatives:
        registered, active = (region.cooperatives[key] for key in ("registered", "active"))
        text = f"{active.count:,} of {registered.count:,}, {active.kind}"
        facts.append(("cooperatives active", text))
    for block, sources in region.borrowed.items():
        facts.append((f"borrowed: {block}", "; ".join(sources)))
    return facts


def _tables(region: Region) -> list[tuple[str, pd.DataFrame]]:
    counted = region.provenance["quantity"].str.startswith("count of ")
    found = region.provenance.loc[counted, "kind"].tolist()
    kinds = ", ".join(kind for kind in KINDS if kind in found)
    return [
        ("Sectors (share of UMKM)", region.sectors),
        (f"Hotels by class ({kinds})", region.hotels),
        ("Where the figures come from", region.figures()),
    ]


def _cells(table: pd.DataFrame) -> list[list[str]]:
    """Cells as text; figures short, flags as words."""

    def show(value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return f"{value:.4g}" if isinstance(value, float) else str(value)

    columns = [[show(value) for value in table[name].tolist()] for name in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _headline(region: Region) -> str:
    return region.title.get("en") or region.title.get("id") or region.name


def text_sheet(region: Region) -> str:
    """The data sheet as plain text."""
    lines = [f"{_headline(region)} ({region.name}, {region.digest()[:12]})"]
    width = max(len(label) for label, _ in _facts(region))
    lines += [f"  {label:<{width}}  {text}" for label, text in _facts(region)]
    for title, table in _tables(region):
        rows = [[str(name) for name in table.columns], *_cells(table)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines += ["", title]
        for row in rows:
            first, *rest = row
            cells = [f"{cell:>{size}}" for cell, size in zip(rest, widths[1:], strict=True)]
            lines.append("  " + "  ".join([f"{first:<{widths[0]}}", *cells]))
    figures = region.figures()
    lines += ["", f"All {_shares(figures, 'all')}"]
    lines += [f"Without coordinates, areas and wards, {_shares(figures, 'all but the map')}"]
    lines += ["", "Notes", *(f"  - {note}" for note in region.notes)]
    return "\n".join(lines)


def html_sheet(region: Region) -> str:
    """The data sheet as HTML, every text escaped."""
    esc = html.escape
    parts = [f"<h4>{esc(_headline(region))} <code>{region.digest()[:12]}</code></h4><table>"]
    parts += [f"<tr><th>{esc(name)}</th><td>{esc(text)}</td></tr>" for name, text in _facts(region)]
    parts.append("</table>")
    for title, table in _tables(region):
        head = "".join(f"<th>{esc(str(name))}</th>" for name in table.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{esc(cell)}</td>" for cell in row) + "</tr>"
            for row in _cells(table)
        )
        parts.append(f"<h5>{esc(title)}</h5><table><tr>{head}</tr>{body}</table>")
    figures = region.figures()
    parts.append(f"<p>All {esc(_shares(figures, 'all'))}.<br>")
    parts.append(f"Without the map, {esc(_shares(figures, 'all but the map'))}.</p>")
    parts.append("<ul>" + "".join(f"<li>{esc(note)}</li>" for note in region.notes) + "</ul>")
    return "".join(parts)
