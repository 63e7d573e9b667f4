"""What stands here against what a pack was made with: code, packages, Python, kind of machine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from experiments.batch.program import Program
from experiments.batch.sources import source_digest
from experiments.batch.task import Task
from experiments.packing.code import code_files, packages_here
from experiments.packing.opened import Pack

__all__ = ["Standing", "standing_of"]


@dataclass(frozen=True)
class Standing:
    """How the program here differs from the one of a pack; all empty where it does not.

    Attributes:
        model: sources that can move a run's numbers.
        beside: other files of the program, that make tables, figures and words.
        around: versions and kind of machine, in words.
    """

    model: tuple[str, ...]
    beside: tuple[str, ...]
    around: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every byte should come out again."""
        return not (self.model or self.beside or self.around)


def standing_of(pack: Pack, task: Task) -> Standing:
    """What differs here.

    Args:
        pack: that was opened.
        task: of its experiment, as it is here.
    """
    before, now = pack.program, Program.of(task.function, task.also)
    names = {*before.sources, *now.sources}
    model = {n for n in names if before.sources.get(n) != now.sources.get(n)}
    code = {name: source_digest(content) for name, content in code_files().items()}
    packed = pack.code()
    beside = {n for n in {*packed, *code} if packed.get(n) != code.get(n)} - names
    return Standing(tuple(sorted(model)), tuple(sorted(beside)), _around(before, now, pack))


def _around(before: Program, now: Program, pack: Pack) -> tuple[str, ...]:
    """Versions and machine, then packages that only tables and figures hang on."""
    found = before.differences(replace(now, function=before.function, sources=before.sources))
    here = packages_here()
    for name, version in pack.about["packages"].items():
        other = here.get(name, "none")
        if other != version and name not in before.versions:
            found.append(f"{name} {version}, now {other}")
    return tuple(found)
