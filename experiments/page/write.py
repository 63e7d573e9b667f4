"""Writes the page of a folder: `report.en.html` or `report.id.html`, complete in itself."""

from __future__ import annotations

from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.batch.checksums import add_checksum
from experiments.catalogue import LANGUAGES
from experiments.page.folder import read_folder
from sim.errors import KemitraanError

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["MADE_BY", "page", "report"]

_HERE = Path(__file__).parent
MADE_BY = '<meta name="generator" content="kemitraan '
"""By which a page is known to be ours, and may be written over."""


def report(folder: str | PathLike[str], lang: str = "en") -> Path:
    """Writes one page of a comparison: question, answer, both uncertainties, limits, how to repeat.

    Args:
        folder: that a comparison wrote.
        lang: "en" or "id".

    Returns:
        The file, `report.en.html` or `report.id.html` in the folder. It needs no other file and no
        network, and prints on one or two sheets.

    Raises:
        KemitraanError: the folder is not whole or none of a comparison, or a file of that name is
            there that is not such a page.
    """
    if lang not in LANGUAGES:
        raise KemitraanError(f"lang {lang!r}: no such language; known: {', '.join(LANGUAGES)}")
    path = Path(folder)
    text = page(path, lang)
    target = path / f"report.{lang}.html"
    _check_own(target)
    try:
        # Complete before it has its name: a reader never meets half a page.
        beside = target.with_name(f".{target.name}.partial")
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(target)
        add_checksum(path, target.name)
    except OSError as error:
        raise KemitraanError(f"{target}: cannot be written: {error.strerror or error}") from error
    return target


def page(folder: Path, lang: str) -> str:
    """The page as text.

    Raises:
        KemitraanError: see `read_folder`.
    """
    kept = read_folder(folder)
    from experiments.page.content import content  # noqa: PLC0415  # after the folder is known good
    from experiments.page.words import say  # noqa: PLC0415

    values = content(kept, lang)
    return _template().render(
        **values,
        varied=kept.varied,
        say=partial(_said, say, lang),
        style=_markup((_HERE / "page.css").read_text(encoding="utf-8")),
        sign=_sign,
        shape=_markup,
        generator=f"kemitraan {_version()}",
    )


def _said(say: Any, lang: str, key: str, **values: object) -> str:  # noqa: ANN401  # a function
    return str(say(key, lang, **values))


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  # 50 ms

    # Titles and sources are a stranger's text: everything is escaped unless it is ours.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    return environment.from_string((_HERE / "page.html").read_text(encoding="utf-8"))


def _markup(own: str) -> Any:  # noqa: ANN401  # Markup, as the template takes it
    """Our own drawing or style, which is not escaped."""
    from markupsafe import Markup  # noqa: PLC0415

    return Markup(own)  # noqa: S704  # never a user's text


def _sign(mark: str, colour: str) -> Any:  # noqa: ANN401  # Markup
    """A scenario's mark beside its letter."""
    return _markup(
        f'<svg aria-hidden="true" width="12" height="12" viewBox="-6 -6 12 12"><g fill="{colour}" '
        f'stroke="#000" stroke-width=".7">{mark}</g></svg>'
    )


def _check_own(target: Path) -> None:
    """Refuses to write over a file that is no page of ours."""
    if not target.exists():
        return
    try:
        with target.open(encoding="utf-8") as file:
            ours = MADE_BY in file.read(2000)
    except (OSError, UnicodeDecodeError):
        ours = False
    if not ours:
        raise KemitraanError(
            f"{target}: is there already and was not made by kemitraan; rename or move it"
        )


def _version() -> str:
    try:
        return version("kemitraan")
    except PackageNotFoundError:
        return "not installed"
