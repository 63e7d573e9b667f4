"""Processes of buyers, their orders and the rules over them that can be switched off."""

from __future__ import annotations

from sim.world import World
from tests.off import MEMORANDUM, Edit, Off, always, never, nothing, one, zero
from tests.reference import value
from tests.reference.common import quality
from tests.reference.state import Draws, Link
from tests.reference.state import World as Objects

NO_DEALINGS = {"trust_gain": 0.0, "trust_loss_defect": 0.0, "trust_loss_late": 0.0}


def age_links(world: Objects, draws: Draws) -> None:
    """What is left of step 15 without trust: relations grow older."""
    for link in world.links:
        link.trust_before = link.trust_buyer
        link.age += 1 if link.active else 0


def paid_at_once(world: Objects, link: Link, draws: Draws) -> int:
    """Every invoice is paid in its month."""
    link.late = False
    return 0


def largest_values(values: tuple[float, ...], tastes: list[float], scale: float) -> int:
    """A mode chosen for its value alone."""
    return values.index(max(values))


def none_or_genuine(values: tuple[float, ...], tastes: list[float], scale: float) -> int:
    """A mode chosen where nobody offers papers."""
    none, genuine = (values[mode] / scale + tastes[mode] for mode in (0, 1))
    return int(genuine > none)


def target(number: int) -> Edit:
    """Inspections aimed by risk (1) or complaint (2), few enough to leave a choice."""

    def edit(world: World) -> None:
        world.policy.levers["targeting"] = number
        world.policy.levers["hours"] = 30.0

    return edit


def cheap_fines(world: World) -> None:
    """Fines that deter nobody, so that buyers are sanctioned again and again."""
    world.policy.levers["fine"] = 0.01


def no_certificates(world: World) -> None:
    """No line asks for a certificate or cold chain."""
    world.tables.lines["need_certificate"] = 0
    world.tables.lines["need_cold_chain"] = 0


def no_quota(world: World) -> None:
    """The obligation owes nothing."""
    world.policy.rules["quota"] = 0.0


def make_known(world: World) -> None:
    """Who complies is made known, so that papers have a reputation to lose."""
    world.policy.rules["publicity"] = 1.0


def payment_rule(world: World) -> None:
    """Invoices are due within a month."""
    world.policy.levers["payment_rule"], world.policy.levers["max_days"] = 1.0, 30.0


def no_payment_rule(world: World) -> None:
    """Takes the rule back."""
    world.policy.levers["payment_rule"], world.policy.levers["max_days"] = 0.0, 365.0


def _term(name: str, parameter: str) -> Off:
    """A term of the value of a candidate (step 6)."""

    def terms(world: Objects, link: Link) -> dict[str, float]:
        return {key: part for key, part in whole(world, link).items() if key != name}

    whole = value.terms
    return Off(f"value of {name}", {parameter: 0.0}, {"value.terms": terms})


TERMS = (
    _term("transport", "transport_cost"),
    _term("drops", "drop_cost"),
    _term("quality", "quality_weight"),
    _term("spoilage", "spoilage_weight"),
    _term("risk", "risk_weight"),
    _term("search", "search_cost"),
    _term("relation", "relation_cost"),
    _term("trust", "trust_weight"),
    _term("switching", "switching_cost"),
    _term("taste of the line", "buyer_taste_sd"),
    _term("taste of the link", "link_taste_sd"),
)

BUYERS = (
    # 5
    Off("inspections", {}, {"inspections_planned": None}, null_scenario=MEMORANDUM),
    *(
        Off(
            f"inspections aimed by {aim}",
            {"inspection_risk_weight": 0.0},
            {"inspections_planned.attention": one},
            edit=target(number),
        )
        for number, aim in ((1, "risk"), (2, "complaint"))
    ),
    # 6
    Off(
        "redraw of candidates",
        {"candidates": 7.0},
        {"candidates": None},
        values={"candidates": 8.0},
    ),
    *TERMS,
    Off(
        "error of the first sample",
        {"sample_sd": 0.0},
        {"value.first_sample": lambda _, link, __: quality(link.firm)},
    ),
    Off("taste in a first meeting", {"link_taste_sd": 0.0}, {"value.taste_of_link": zero}),
    Off(
        # The null is a limit: deliveries add 1e-15 of their quality to what is believed.
        "quality seen in deliveries",
        {"sample_weight": 1e15},
        {name: lambda _, link: link.sample for name in ("common.perceived", "value.perceived")},
    ),
    Off(
        "buyers' standards",
        {"quality_tolerance": 1.0},
        {"common.good_enough": always, "production.is_defect": never},
    ),
    Off(
        "what a matching event saves",
        {"event_search_cut": 0.0},
        {"value.search_factor": one, "accounts.search_factor": one},
        scenario="matching_event",
    ),
    Off(
        "firms' refusal",
        {"refusal_trust": 0.0},
        {"common.agrees": always},
        values={"late_probability": 1.0, "late_trust": 0.0, "trust_loss_late": 0.4},
    ),
    Off("need of certificates", {}, {"common.holds": always}, null_edit=no_certificates),
    Off("modes", {}, {"mode": None}, null_scenario="no_policy"),
    Off(
        "sanctions",
        {"sanction_probability": 0.0},
        {"mode.sanction_feared": zero, "enforcement.is_sanctioned": never},
    ),
    Off(
        "rise of repeated fines",
        {"sanction_escalation": 0.0},
        {"mode.escalation": one, "enforcement.escalation": one},
        values={"sanction_probability": 1.0},
        edit=cheap_fines,
    ),
    Off(
        "reputation",
        {"reputation_genuine": 0.0, "reputation_paper": 0.0},
        {"mode.reputations": lambda *_: (0.0, 0.0)},
        scenario=MEMORANDUM,
        values={"reputation_genuine": 0.15, "reputation_paper": 0.15},
        edit=make_known,
    ),
    Off(
        "unmasking of papers",
        {"audit_erosion": 0.0},
        {"mode.unmasked": zero},
        scenario="mandate_on_paper",
        edit=make_known,
    ),
    # Also limits: a scale of next to nothing, papers that nobody can pay.
    Off("taste for modes", {"choice_scale": 1e-9}, {"mode.choose": largest_values}),
    Off(
        "papers",
        {"paper_cost": 1e9},
        {"mode.choose": none_or_genuine},
        scenario="mandate_on_paper",
    ),
    # 8
    Off(
        "smallest parts",
        {"minimum_lot": 0.0},
        {"proposals.enough": always, "acceptance.enough": always},
    ),
    Off("floor", {}, {"orders.floor_tasks": lambda _: []}, null_edit=no_quota),
    Off("acquisition of certificates", {"certificate_hazard": 0.0}, {"acquisition": None}),
    # 12
    Off("chance in quality", {"quality_noise": 0.0}, {"production.noise": zero}),
    Off("stress of full capacity", {"load_stress": 0.0}, {"production.stress": zero}),
    Off("returns", {"return_share": 0.0}, {"production.sent_back": zero}),
    # 13
    Off(
        "delay of payment",
        {"payment_days": 0.0, "late_probability": 0.0},
        {"money.months_to_payment": paid_at_once},
    ),
    Off("late payment", {"late_probability": 0.0}, {"money.is_late": never}),
    Off("trust in lateness", {"late_trust": 0.0}, {"money.mistrust": one}),
    Off(
        "rule of payment",
        {},
        {"money.longest_days": nothing},
        edit=payment_rule,
        null_edit=no_payment_rule,
    ),
    Off(
        "lateness under a rule of payment",
        {"payment_rule_effect": 0.0},
        {"money.rule_on_lateness": one},
        edit=payment_rule,
    ),
    # 14
    Off("enforcement", {}, {"enforcement": None}, null_scenario=MEMORANDUM),
    Off(
        "beliefs about visits",
        {"belief_learning": 0.0, "belief_news": 0.0},
        {"enforcement.believe": lambda _, buyer, __: buyer.belief},
    ),
    # 15
    Off("trust", {**NO_DEALINGS, "trust_decay": 0.0}, {"trust": age_links}),
    Off("trust from dealings", NO_DEALINGS, {"trust.deal": nothing}),
    Off("fading of trust", {"trust_decay": 0.0}, {"trust.fade": nothing}),
)
