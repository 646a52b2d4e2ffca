"""Attribution lines: title, author, source and licence, and what was changed (creativecommons.org: "TASL")."""

from typing import Final

from corpusbuilder.stages.release.licences.judging import Judgement

_LONGEST: Final = 1000
CHANGES: Final = "cut into passages and figures, with questions, answers and reasoning added"


def attribution_line(title: str, author: str | None, judgement: Judgement) -> str | None:
    """What to print wherever the content of a document is passed on, as plain text; None when it must not be.

    Args:
        title: of the document.
        author: whom the licence asks to name, as the sources file states it.
        judgement: what its licence means.
    """
    if not judgement.publishable:
        return None
    by = f" by {author.strip()[:_LONGEST]}" if author and author.strip() else ""
    where = " ".join(f"({url})" for url in judgement.urls)
    return " ".join(filter(None, (f"“{title.strip()[:_LONGEST]}”{by}, {judgement.name}", where))) + f"; {CHANGES}"


def lacks_attribution(author: str | None, judgement: Judgement) -> bool:
    """Whether the licence asks to name somebody and nobody is named."""
    return judgement.publishable and judgement.needs_attribution and not (author or "").strip()
