"""The data card: a template filled with facts. No number is written by hand."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from corpusbuilder.prompts import data_folder
from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.release import SPLITS, ReleaseKind
from corpusbuilder.stages.release.card.citation import bibtex
from corpusbuilder.stages.release.card.escaping import escape_markdown, yaml_scalar
from corpusbuilder.stages.release.card.facts import CardFacts, SourceFacts
from corpusbuilder.stages.release.card.plots import PLOTS
from corpusbuilder.stages.release.licences import hub_identifier

TEMPLATE: Final = "release.md.jinja"

_LONGEST_ATTRIBUTION: Final = 4000
_VERSION_HEX_DIGITS: Final = 12
_LANGUAGE: Final = re.compile(r"([a-z]{2,3})(-[A-Za-z0-9]{2,8})*")
_HUB_PAGE: Final = re.compile(r"https://huggingface\.co/datasets/([\w.-]+/[\w.-]+)/?")
SIZE_CATEGORIES: Final = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"),
)
"""Those that the Hub knows, by their upper ends."""
TABLES: Final = {
    "language": ("Language", "examples"),
    "subject": ("Subject", "examples"),
    "question_type": ("Question type", "examples"),
    "answer_type": ("Answer type", "examples"),
    "modality": ("Evidence of the example", "examples"),
    "step_kind": ("Step kind", "steps"),
    "step_evidence": ("Evidence of the step", "steps"),
    "method": ("Found by", "regions and spans"),
}
"""Headings of the tables of what the release holds, and what they count."""
STRATA: Final = {
    "size": ("Size of the region", "regions"),
    "place": ("Place of its middle", "regions"),
    "distractors": ("Other elements in the cited figures", "examples"),
    "side": ("Shorter side of the main figure", "examples"),
    "resolution": ("Resolution of the main figure on the page", "examples"),
}


def template_path() -> Path:
    """Where the template lies."""
    return data_folder("data_cards") / TEMPLATE


def render_card(facts: CardFacts, *, digests: Mapping[str, str], kind: ReleaseKind = "full") -> str:
    """The README.md of a release: YAML front matter for the Hub, then Markdown.

    Args:
        facts: of the release; for a stand-off release those `CardFacts.without_texts`.
        digests: SHA-256 over the files of each config that has rows: only these are declared.
        kind: whether the sources are in it.
    """
    # Titles and file names come from strangers' PDFs: every value is escaped unless it went through a filter.
    environment = Environment(
        loader=FileSystemLoader(template_path().parent),
        autoescape=True,
        finalize=lambda value: value if isinstance(value, Markup) else Markup(escape_markdown(str(value))),  # noqa: S704 - escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["yaml"] = yaml_scalar
    environment.filters["in_full"] = lambda text: Markup(escape_markdown(text, _LONGEST_ATTRIBUTION))  # noqa: S704 - escaped
    configs = [config for config in facts.rows if config in digests]
    return environment.get_template(TEMPLATE).render(
        facts=facts,
        kind=kind,
        configs=[(config, [split for split in SPLITS if split in facts.rows[config]]) for config in configs],
        versions={config: dataset_version(digest) for config, digest in digests.items()},
        row_table=[(config, *_row_counts(facts.rows[config])) for config in facts.rows],
        repository=hub_repository(facts) or "path/to/this/folder",
        plots=[(name, Markup(description(facts))) for name, description in PLOTS],  # noqa: S704 - made of numbers only
        citation=Markup(bibtex(facts)),  # noqa: S704 - in a code block, where nothing is read
        **_front_matter(facts),
        **_licensing(facts, kind),
        **_content(facts),
    )


def dataset_version(digest: str) -> str:
    """The version that a config declares, from the SHA-256 of its files.

    `datasets` keeps what it loaded under the name of the folder, the config and this version: without it, other rows
    in a folder of the same name would not be looked at.
    """
    return f"0.0.{int(digest[:_VERSION_HEX_DIGITS], 16)}"


def hub_repository(facts: CardFacts) -> str | None:
    """Its name on the Hub, such as ``user/name``, when its address says so."""
    page = _HUB_PAGE.fullmatch(facts.url or "")
    return page[1] if page else None


def _row_counts(rows: Mapping[str, int]) -> tuple[list[int], int]:
    return [rows.get(split, 0) for split in SPLITS], sum(rows.values())


def _front_matter(facts: CardFacts) -> dict[str, Any]:
    """What the Hub reads; it refuses what it does not know."""
    tags = {source.language for source in facts.sources if _LANGUAGE.fullmatch(source.language)}
    shown = any(name in facts.counts.get("modality", {}) for name in ("figure", "both"))
    return {
        "languages": sorted({tag.split("-")[0] for tag in tags}),
        "regional_languages": sorted(tag for tag in tags if "-" in tag),
        "task_categories": [*(["visual-question-answering"] if shown else []), "question-answering"],
        "size": next((label for limit, label in SIZE_CATEGORIES if facts.released < limit), "100M<n<1B"),
    }


def _licensing(facts: CardFacts, kind: ReleaseKind) -> dict[str, Any]:
    carried = {source.id: facts.carried(source) for source in facts.sources}
    open_sources = [source for source in facts.sources if source.judgement.publishable]
    clashes = ((source, carried[source.id].problem) for source in open_sources)
    return {
        "hub_licences": hub_licences(facts, kind),
        "closed": [source for source in facts.sources if not source.judgement.publishable],
        "clashes": [(source, problem) for source, problem in clashes if problem],
        "nameless": [source for source in facts.sources if source.lacks_attribution],
        "whole": facts.whole,
        "several": len({one.spdx for one in carried.values()}) > 1,
        "carried": {source: one.name for source, one in carried.items()},
    }


def hub_licences(facts: CardFacts, kind: ReleaseKind) -> list[str]:
    """The Hub's identifiers: of the one licence that can carry everything, or of all that stand in it side by side."""
    if kind == "stand_off":
        return [hub_identifier(facts.own_licence)]
    if facts.whole.spdx and all(source.judgement.publishable for source in facts.sources):
        return [hub_identifier(facts.whole.spdx)]
    return sorted({_hub_licence(facts, source) for source in facts.sources})


def _hub_licence(facts: CardFacts, source: SourceFacts) -> str:
    return hub_identifier(facts.carried(source).spdx or source.licence)


def _content(facts: CardFacts) -> dict[str, Any]:
    return {
        "tables": [(*TABLES[name], _shares(facts.counts[name])) for name in TABLES if name in facts.counts],
        "strata": [(*STRATA[name], _shares(facts.counts[name])) for name in STRATA if name in facts.counts],
        "dependence": _shares(facts.counts.get("dependence", {})),
        "splits": [split for split in SPLITS if any(split in rows for rows in facts.rows.values())],
        "groups_called": _groups_called(facts),
        "fruitless": [source for source in facts.sources if not source.examples],
        "unread_pages": sum(n for status, n in facts.page_status.items() if status not in {"ok", "blank", "scanned"}),
        "scanned_pages": facts.page_status.get("scanned", 0),
        "teachers": _teachers(facts),
        "looked_at": sum(facts.reviews.values()),
        "on_word": sum(facts.released_on_word.values()),
        "each_usd": facts.spending.per_example_usd(facts.released) if facts.spending else None,
        "kappas": _kappas(facts.review),
    }


def _groups_called(facts: CardFacts) -> list[list[str]]:
    """Documents by the names that people know them by; the id beside, as two files can have one name."""
    called = {source.id: f"{source.file_name} ({source.id})" for source in facts.sources}
    return [[called.get(one, one) for one in group] for group in facts.groups_named]


def _shares(counts: Mapping[str, int]) -> list[tuple[str, int, str]]:
    """Name, number and share."""
    total = sum(counts.values())
    return [(name, n, f"{n / total:.1%}") for name, n in counts.items()]


def _teachers(facts: CardFacts) -> list[tuple[str, str, int, int]]:
    """Teacher, revision, number of prompts and of examples."""
    pairs: Sequence[tuple[str, str]] = sorted({(maker.teacher, maker.revision) for maker in facts.makers})
    made = {pair: [maker for maker in facts.makers if (maker.teacher, maker.revision) == pair] for pair in pairs}
    return [(*pair, len(makers), sum(maker.examples for maker in makers)) for pair, makers in made.items()]


def _kappas(review: AgreementReport | None) -> dict[str, float] | None:
    """Number, median and range of the pairwise kappas that are defined; None when none is."""
    values = [pair.kappa.value for pair in review.kappas if pair.kappa.value is not None] if review else []
    if not values:
        return None
    return {"pairs": len(values), "median": median(values), "low": min(values), "high": max(values)}
