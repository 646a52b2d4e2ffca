"""What "it", "there" or "the latter" may stand for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from corpusbuilder.language.relations.frames import Party

Pronoun: TypeAlias = Literal["it", "they", "latter", "former", "there"]


def antecedents(pronoun: Pronoun, current: "Sequence[Party]", groups: "Sequence[Sequence[Party]]") -> "Party | None":
    """One party with all names that the pronoun may stand for, the likeliest first; None when nobody was named.

    Args:
        pronoun: "there" and "the latter" stand for the last that was reached, "the former" for the first named.
        current: who was named in the clause of the pronoun; it is rarely one of them.
        groups: who was named before: a list for each clause or step, the last first. In a list, those that were
            reached come first, then those from which it came.
    """
    from corpusbuilder.language.relations.frames import Party

    if pronoun in ("there", "latter") and current:
        groups = [current, *groups]
    taken = {name for party in current for name in party.names} if pronoun in ("it", "they") else set()
    for group in groups:
        names = [name for party in group for name in party.names if name not in taken]
        if group and not any(party.names for party in group):
            return group[0]
        if names:
            certain = {"there": names[:1], "latter": names[:1], "former": names[-1:]}.get(pronoun, names)
            similarity = min(party.similarity for party in group)
            return Party(certain[0].text, tuple(dict.fromkeys(certain)), similarity, resolved=True)
    return None
