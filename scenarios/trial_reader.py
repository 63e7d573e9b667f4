"""From a trial file to a `Trial`: every fault at once, each with its place and what would do."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from scenarios.faults import Fault, ScenarioError, did_you_mean, shown
from scenarios.inheritance import FOLDER
from scenarios.reader import Node, read_tree
from scenarios.schema import MAX_MONTHS, plain
from scenarios.source import read_source
from scenarios.trial import Costs, Eligible, Trial
from scenarios.trial_base import check_base, load_base
from scenarios.trial_blocks import BlockChecks
from scenarios.trial_schema import (
    ATTRITION_KEYS,
    COST_KEYS,
    DEFAULT_OUTCOMES,
    ELIGIBLE_KEYS,
    ESTIMATOR_KEYS,
    LOG_OUTCOMES,
    OUTCOMES,
    TREATED_KEYS,
    TRIAL_KEYS,
    Kinds,
    nearest_thing,
)
from scenarios.value_checks import Written, what
from sim.parameters import POLICY_MONTH

__all__ = ["TRIALS", "find_trial", "list_trials", "read_trial"]

TRIALS = FOLDER / "trials"
MOST_UNITS = 1_000_000
MOST_REPLICATES = 100_000
MOST_HORIZONS = 24
FEWEST_IN_AN_ARM = 2
EARLIEST = 12
"""First month a trial may start: what a firm earned in a year is then known."""
_MOST_COST = 10_000_000.0
_DEFAULTS: dict[str, Any] = {
    "scenario": "no_policy",
    "units": 1000,
    "treated.share": 0.5,
    "treated.by": "firm",
    "start": POLICY_MONTH,
    "horizons": (12,),
    "recall_months": 1,
    "outcomes": DEFAULT_OUTCOMES,
    "take_up": 1.0,
    "closed": "zero",
    "estimator.adjust": "baseline",
    "estimator.form": "level",
    "replicates": 100,
    "spillover": True,
}


def list_trials() -> list[str]:
    """Names of the trials that come with the package."""
    return sorted(path.stem for path in TRIALS.glob("*.yaml"))


def find_trial(name_or_path: str | Path) -> tuple[Path, str]:
    """The file a name or path means, and what messages call it.

    Raises:
        ScenarioError: there is neither a shipped trial nor a file.
    """
    text = str(name_or_path)
    names = list_trials()
    if isinstance(name_or_path, str) and text in names:
        return TRIALS / f"{text}.yaml", f"{text}.yaml"
    path = Path(text)
    try:
        there = path.exists()
    except (OSError, ValueError):  # nothing that could be a name
        there = False
    if not there:
        close = difflib.get_close_matches(text, names, n=1)
        hint = f", did you mean {close[0]!r}?" if close else f"; shipped: {', '.join(names)}"
        message = f"neither a shipped trial nor a file{hint}"
        raise ScenarioError([Fault(shown(text, 300), 0, 0, "", message)])
    if path.is_dir():
        message = "is a folder; give a trial's name or its file"
        raise ScenarioError([Fault(shown(text, 300) or "''", 0, 0, "", message)])
    return path, shown(text, 300)


def read_trial(name_or_path: str | Path, kinds: Kinds) -> Trial:
    """A trial as its file says.

    Args:
        name_or_path: name of a shipped trial, or a trial file.
        kinds: of treatment, with their fields.

    Raises:
        ScenarioError: with every fault of the file, and those of its base scenario.
    """
    path, label = find_trial(name_or_path)
    document = read_source(path, label, "trial")
    root = read_tree(document) if not document.faults else None
    if root is None:
        raise ScenarioError(document.faults)
    checker = TrialChecker(document, kinds)
    checker.check(root)
    scenario = load_base(checker, path)
    if scenario is not None:
        check_base(checker, scenario)
    if document.faults:
        raise ScenarioError(sorted(document.faults, key=lambda f: (f.line, f.column)))
    if scenario is None:  # load_base noted why
        raise AssertionError(label)
    return _build(checker, scenario)


class TrialChecker(BlockChecks):
    """Checks one trial file; `written` holds what passed, faults go to the document."""

    def check(self, root: Node) -> dict[str, Written]:
        """Every valid value of the file by dotted key."""
        if root.kind != "mapping":
            self.fault("", root, "expects keys at top level: name, treatment, units, horizons")
            return {}
        there = []
        for entry in self.entries("", root):
            key, value = entry.key.text, entry.value
            there += [key] if value.kind != "null" else []
            if key not in TRIAL_KEYS:
                self.fault(shown(key), entry.key, _unknown_top(key))
            elif value.kind not in ("null", "broken"):
                self._trial_key(key, value)
        for key, example in (
            ("name", "name: my_trial"),
            ("treatment", "treatment: [] for a placebo trial, or - cash_grant: {million_rp: 5}"),
        ):
            if key not in there:
                self.document.fault(key, f"missing: write '{example}'", 1, 1)
        self._together()
        return self.written

    def value(self, key: str) -> Any:  # noqa: ANN401  # of any key
        """What the file says, else the default."""
        return self.written[key].value if key in self.written else _DEFAULTS[key]

    def _trial_key(self, key: str, node: Node) -> None:
        value: object = None
        match key:
            case "name":
                value = self._name(node)
            case "title":
                value = self._title(node)
            case "description":
                value = self.text(key, node, key)
            case "scenario" | "region":
                value = self.text(key, node, "region")
            case "eligible":
                self.eligible(node)
            case "treatment":
                value = self.treatments(node)
            case "treated":
                self._treated(node)
            case "units" | "start" | "recall_months" | "replicates":
                value = self._whole(key, node)
            case "horizons":
                value = self._horizons(node)
            case "outcomes":
                value = self._outcomes(node)
            case "take_up":
                value = self.number(key, node, 0.01, 1.0, 1.0, share=True)
            case "attrition":
                self._attrition(node)
            case "closed":
                value = self.choice(key, node, ("zero", "missing"))
            case "estimator":
                self._estimator(node)
            case "spillover":
                value = self.flag(key, node)
            case _:
                limits = dict.fromkeys(COST_KEYS, (0.0, _MOST_COST))
                self.numbers("costs", node, limits, "amounts such as {million_rp_per_unit: 6}")
        if value is not None:
            self.keep(key, value, node)

    def _whole(self, key: str, node: Node) -> int | None:
        low, high = {
            "units": (2 * FEWEST_IN_AN_ARM, MOST_UNITS),
            "start": (EARLIEST, MAX_MONTHS),
            "recall_months": (1, 24),
            "replicates": (2, MOST_REPLICATES),
        }[key]
        found = self.number(key, node, low, high, _DEFAULTS[key], whole=True)
        return None if found is None else int(found)

    def _treated(self, node: Node) -> None:
        for entry in self.mapping("treated", node, "{share: 0.5, by: firm}"):
            key = f"treated.{shown(entry.key.text)}"
            if entry.key.text not in TREATED_KEYS:
                hint = did_you_mean(entry.key.text, TREATED_KEYS)
                self.fault(key, entry.key, f"unknown key{hint}")
            elif entry.value.kind in ("null", "broken"):
                continue
            elif entry.key.text == "share":
                found = self.number(key, entry.value, 0.01, 0.99, 0.5, share=True)
                if found is not None:
                    self.keep(key, found, entry.value)
            else:
                word = self.choice(key, entry.value, ("firm", "village"))
                if word is not None:
                    self.keep(key, word, entry.value)

    def _horizons(self, node: Node) -> tuple[int, ...] | None:
        items = node.items if node.kind == "list" else [node]
        if not items or len(items) > MOST_HORIZONS:
            self.fault("horizons", node, f"expects 1 to {MOST_HORIZONS} numbers of months")
            return None
        found: list[int] = []
        for item in items:
            number = self.number("horizons", item, 1, MAX_MONTHS, None, whole=True)
            if number is None:
                continue
            if int(number) in found:
                self.fault("horizons", item, f"{int(number)} stands twice")
                continue
            found.append(int(number))
        return tuple(sorted(found)) if len(found) == len(items) else None

    def _outcomes(self, node: Node) -> tuple[str, ...] | None:
        items = node.items if node.kind == "list" else [node]
        found: list[str] = []
        for item in items:
            if item.kind != "broken" and item.text not in OUTCOMES:
                why = nearest_thing("outcomes", item.text) if item.kind == "text" else None
                hint = f": {why}" if why else did_you_mean(item.text, OUTCOMES, listed=99)
                self.fault("outcomes", item, f"{what(item)} is no outcome of a firm{hint}")
            elif item.text in found:
                self.fault("outcomes", item, f"{item.text} stands twice")
            elif item.kind != "broken":
                found.append(item.text)
        if not items:
            self.fault("outcomes", node, f"is an empty list: name some of {', '.join(OUTCOMES)}")
        return tuple(found) if found and len(found) == len(items) else None

    def _attrition(self, node: Node) -> None:
        """One share for both arms, or one for each."""
        if node.kind != "mapping":
            found = self.number("attrition", node, 0.0, 0.9, 0.0, share=True)
            if found is not None:
                for arm in ATTRITION_KEYS:
                    self.keep(f"attrition.{arm}", found, node)
            return
        limits = dict.fromkeys(ATTRITION_KEYS, (0.0, 0.9))
        self.numbers("attrition", node, limits, "a share, or {treated: 0.1, control: 0.15}")

    def _estimator(self, node: Node) -> None:
        words = {"adjust": ("baseline", "none"), "form": ("level", "log")}
        for entry in self.mapping("estimator", node, "{adjust: baseline, form: level}"):
            key = f"estimator.{shown(entry.key.text)}"
            if entry.key.text not in ESTIMATOR_KEYS:
                hint = did_you_mean(entry.key.text, ESTIMATOR_KEYS)
                self.fault(key, entry.key, f"unknown key{hint}")
            elif entry.value.kind not in ("null", "broken"):
                word = self.choice(key, entry.value, words[entry.key.text])
                if word is not None:
                    self.keep(key, word, entry.value)

    # -- values that must fit one another

    def _together(self) -> None:
        recall, horizons, start = (self.value(k) for k in ("recall_months", "horizons", "start"))
        if recall > min(horizons):
            self._blame(
                ("recall_months", "horizons"),
                f"recall_months {recall} of the survey at {min(horizons)} months reach back before "
                f"the start: at most {min(horizons)}",
            )
        if recall > start:
            self._blame(
                ("recall_months", "start"),
                f"recall_months {recall} reach back before month 0 from the start in month "
                f"{start}: at most {start}",
            )
        units, share = self.value("units"), self.value("treated.share")
        fewest = min(round(share * units), units - round(share * units))
        if fewest < FEWEST_IN_AN_ARM:
            self._blame(
                ("treated.share", "units"),
                f"a share of {plain(share)} of {units} units leaves {fewest} in an arm, at least "
                f"{FEWEST_IN_AN_ARM}: take more units or a share nearer to 0.5",
            )
        if self.value("estimator.form") == "log":
            self._logarithms()
        last = max(horizons)
        given = self.written.get("treatment")
        for k, one in enumerate(given.value if given else ()):
            if one.start >= last:
                self._blame(
                    ("treatment",),
                    f"treatment.{k + 1}.{one.kind}: starts {one.start} months after the trial, "
                    f"and the last survey is at {last} months",
                )

    def _logarithms(self) -> None:
        without = [name for name in self.value("outcomes") if name not in LOG_OUTCOMES]
        if without:
            self._blame(
                ("outcomes", "estimator.form"),
                f"{', '.join(without)}: may be zero or below and has no logarithm; "
                f"write form: level, or outcomes among {', '.join(LOG_OUTCOMES)}",
            )
        elif self.value("closed") == "zero":
            self._blame(
                ("closed", "estimator.form"),
                "a closed firm's revenue counts as zero, which has no logarithm: write "
                "closed: missing, or form: level",
            )

    def _blame(self, keys: tuple[str, ...], message: str) -> None:
        """Note a fault at the first of the keys that the file writes."""
        for key in keys:
            if key in self.written:
                self.written[key].fault(message)
                return
        self.document.fault(keys[0], message, 1, 1)


def _unknown_top(key: str) -> str:
    if key in ELIGIBLE_KEYS:
        return "unknown key: which firms may take part stands under 'eligible:'"
    if key in ("levers", "assume", "shocks", "budget", "extends"):
        return "unknown key: write a scenario file with it, and name that under 'scenario:'"
    if key in ("share", "by"):
        return "unknown key: stands under 'treated:'"
    return f"unknown key{did_you_mean(key, TRIAL_KEYS)}"


def _build(checker: TrialChecker, scenario: Any) -> Trial:  # noqa: ANN401  # a Scenario
    written, value = checker.written, checker.value

    def maybe(key: str) -> Any:  # noqa: ANN401
        return written[key].value if key in written else None

    name = value("name") if "name" in written else ""
    eligible = {k: maybe(f"eligible.{k}") for k in ELIGIBLE_KEYS}
    return Trial(
        name=name,
        title=maybe("title") or {"en": name, "id": name},
        description=maybe("description") or "",
        scenario=scenario,
        region=maybe("region") or scenario.region,
        eligible=Eligible(**{k: v for k, v in eligible.items() if v is not None}),
        units=value("units"),
        share=value("treated.share"),
        by=value("treated.by"),
        treatments=value("treatment"),
        start=value("start"),
        horizons=value("horizons"),
        recall_months=value("recall_months"),
        outcomes=value("outcomes"),
        take_up=value("take_up"),
        attrition=(maybe("attrition.treated") or 0.0, maybe("attrition.control") or 0.0),
        closed=value("closed"),
        adjust=value("estimator.adjust") == "baseline",
        form=value("estimator.form"),
        replicates=value("replicates"),
        spillover=value("spillover"),
        costs=Costs(
            per_unit=maybe("costs.million_rp_per_unit"),
            per_interview=maybe("costs.million_rp_per_interview"),
            fixed=maybe("costs.fixed"),
        ),
        text=checker.document.text,
    )
