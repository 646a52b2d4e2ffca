"""Which facets of a question cannot go together, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol


class HasFacets(Protocol):
    """What can be looked up by the name of a facet."""

    def __getattribute__(self, name: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where ``when`` holds, only the values of ``only`` are possible."""

    when: Mapping[str, frozenset[str]]
    only: Mapping[str, frozenset[str]]
    reason: str

    def forbids(self, kind: HasFacets) -> bool:
        """Whether ``kind`` is what this conflict is about."""
        if any(getattr(kind, facet) not in values for facet, values in self.when.items()):
            return False
        return any(getattr(kind, facet) not in values for facet, values in self.only.items())


def _values(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _conflict(when: tuple[str, str], only: tuple[str, str], reason: str) -> Conflict:
    return Conflict({when[0]: _values(when[1])}, {only[0]: _values(only[1])}, reason)


CONFLICTS: Final = (
    _conflict(
        ("context", "text"),
        ("reasoning", "lookup comparison multi_hop temporal causal counterfactual"),
        "places are seen and things are counted in a drawing; a text states them, and then they are looked up",
    ),
    _conflict(
        ("context", "both"),
        ("reasoning", "comparison multi_hop counting spatial temporal causal counterfactual"),
        "going from a figure to the text, or back, is more than one look",
    ),
    _conflict(("context", "both"), ("difficulty", "medium hard"), "two places have to be found and joined"),
    _conflict(("context", "figure both"), ("what", "factual explanation synthesis"), "terms are defined in words"),
    _conflict(("reasoning", "counting"), ("form", "number multiple_choice"), "what is counted is a number"),
    _conflict(("reasoning", "counting spatial"), ("what", "factual synthesis"), "a number or place explains nothing"),
    _conflict(
        ("form", "number"),
        ("reasoning", "lookup counting temporal"),
        "numbers are stated, counted or dates; what follows from a comparison or a cause is a thing",
    ),
    _conflict(("form", "number"), ("what", "factual"), "a number is a fact"),
    _conflict(("form", "yes_no"), ("what", "factual"), "yes or no defines, explains and brings together nothing"),
    _conflict(
        ("form", "yes_no"),
        ("reasoning", "lookup comparison multi_hop spatial temporal"),
        "asked why, or what would be, nobody says yes",
    ),
    _conflict(("form", "list"), ("reasoning", "lookup comparison multi_hop spatial temporal causal"), "of one outcome"),
    _conflict(("form", "free"), ("what", "definition explanation synthesis"), "a fact is said in a few words"),
    _conflict(("what", "definition"), ("reasoning", "lookup"), "a definition stands at one place"),
    _conflict(("what", "definition"), ("form", "short multiple_choice free"), "it is a term or what a term means"),
    _conflict(
        ("what", "explanation"),
        ("reasoning", "multi_hop temporal causal counterfactual"),
        "an explanation follows how one thing comes from another",
    ),
    _conflict(("what", "explanation"), ("form", "short multiple_choice free"), "a list of items does not say why"),
    _conflict(
        ("what", "synthesis"),
        ("reasoning", "comparison multi_hop spatial temporal causal counterfactual"),
        "what is brought together stands in several places",
    ),
    _conflict(("what", "synthesis"), ("difficulty", "medium hard"), "several places have to be found"),
    _conflict(("reasoning", "counterfactual"), ("what", "explanation synthesis"), "no book states what did not happen"),
    _conflict(("reasoning", "multi_hop counterfactual"), ("difficulty", "medium hard"), "it takes several steps"),
    _conflict(("reasoning", "lookup"), ("difficulty", "easy medium"), "one look is not hard"),
)
"""What is possible is what no conflict forbids. A conflict stands once, under the facet that causes it."""
