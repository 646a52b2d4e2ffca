"""Whether a reviewed example may be released: what people say and what the checks say, weighed."""

from typing import Final, Literal, TypeAlias

from corpusbuilder.records.verdict import Verdict, VerdictLabel

Overrides: TypeAlias = Literal["nothing", "not_enough_info", "refuted"]
Status: TypeAlias = Literal["accepted", "corrected", "rejected", "disputed"]

FORMAL: Final = frozenset({"shape", "ids_exist", "quote_matches", "box_in_figure", "duplicates"})
"""Checks of form, which is not a matter of opinion."""
BINDING: Final = FORMAL | {"evidence_present"}
"""Checks that nobody overrides: what fails them cannot be released as it is. A step that says it was seen or read, and
shows nothing, has to be given its evidence or another kind first."""
_RANK: Final[dict[VerdictLabel, int]] = {"supported": 0, "not_enough_info": 1, "refuted": 2}
_WORST: Final[dict[Overrides, int]] = {"nothing": 0, "not_enough_info": 1, "refuted": 2}


def may_be_released(status: Status, verdict: Verdict, overrides: Overrides) -> bool:
    """Whether the policy lets an example pass.

    Args:
        status: what the reviews come to.
        verdict: of the checks, on the example as the reviews leave it.
        overrides: the worst verdict that a person's acceptance overrides. Where people reject or differ, the checks'
            consent does not help.
    """
    if status not in {"accepted", "corrected"}:
        return False
    if any(check.outcome == "fail" and check.name in BINDING for check in verdict.checks):
        return False
    return _RANK[verdict.label] <= _WORST[overrides]
