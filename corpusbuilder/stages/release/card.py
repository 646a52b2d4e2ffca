"""The data card: a template filled with what was counted. No number is written by hand."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from corpusbuilder import __version__
from corpusbuilder.config import ReleaseSection
from corpusbuilder.prompts import data_folder
from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.call import Spending
from corpusbuilder.stages.release.features import CONFIGS
from corpusbuilder.stages.release.licences import hub_identifier, is_publishable
from corpusbuilder.stages.release.splits import SPLITS, Split, SplitPlan
from corpusbuilder.stages.release.tally import Tally

TEMPLATE: Final = "release.md.jinja"

_LONGEST: Final = 300
_VERSION_HEX_DIGITS: Final = 12
_SIZES: Final = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
# What Markdown reads inside a line; the template never starts a line with a value.
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]|~$])")


def template_path() -> Path:
    """Where the template lies."""
    return data_folder("data_cards") / TEMPLATE


def render_card(
    tally: Tally,
    plan: SplitPlan,
    rows: Mapping[tuple[str, str], int],
    *,
    config: ReleaseSection,
    name: str,
    digests: Mapping[str, str],
    notes: Sequence[str],
    spending: Spending | None = None,
    review: AgreementReport | None = None,
) -> str:
    """The README.md of a release: YAML front matter for the Hub, then Markdown.

    Args:
        tally: what was counted while writing.
        plan: which pieces were kept together.
        rows: how many rows each config and split has; those without rows have no file and are not declared.
        config: the shares and the unit of splitting.
        name: of the release.
        digests: SHA-256 of the files of each config that has rows.
        notes: sentences about this run, shown among the known limits.
        spending: what calls of models have come to; None when none were made.
        review: how far the people who looked at examples agree, and how careful they are; None when it is not known.
    """
    # Titles and file names come from strangers' PDFs: every value is escaped unless it went through `yaml`.
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
    return environment.get_template(TEMPLATE).render(
        name=name,
        tool_version=__version__,
        configs=_configs(rows),
        versions={config: dataset_version(digest) for config, digest in digests.items()},
        splits=[split for split in SPLITS if any(rows.get((config, split)) for config in CONFIGS)],
        row_table=_row_table(rows),
        shares=config.splits,
        split_by=config.split_by,
        groups=plan.groups,
        notes=notes,
        spending=spending,
        each_usd=spending.per_example_usd(tally.released) if spending else None,
        review=review,
        kappas=_kappas(review),
        **_tally_values(tally),
    )


def _tally_values(tally: Tally) -> dict[str, Any]:
    documents = [source.document for source in tally.sources]
    return {
        "tally": tally,
        "languages": sorted({document.language for document in documents}),
        "hub_licences": sorted({hub_identifier(document.licence) for document in documents}),
        "size": next((label for limit, label in _SIZES if tally.released < limit), "n>1M"),
        "sources": [{"counts": s, "publishable": is_publishable(s.document.licence)} for s in tally.sources],
        "withheld_sources": [d for d in documents if not is_publishable(d.licence)],
        "fruitless_sources": [s.document for s in tally.sources if not s.examples],
        "unread_pages": sum(n for status, n in tally.page_status.items() if status not in {"ok", "blank", "scanned"}),
        "checks": _check_table(tally.checks),
        "makers": sorted(tally.makers.items()),
        "looked_at": tally.reviews.total(),
        "on_word": tally.released_on_word,
        "corrected_fields": _ranked(tally.corrected_fields),
        "tables": [
            ("Language", "examples", _ranked(tally.languages)),
            ("Subject", "examples", _ranked(tally.subjects)),
            ("Question type", "examples", _ranked(tally.question_types)),
            ("Answer type", "examples", _ranked(tally.answer_types)),
            ("Evidence of the example", "examples", _ranked(tally.modalities)),
            ("Step kind", "steps", _ranked(tally.step_kinds)),
            ("Evidence of the step", "steps", _ranked(tally.step_evidence)),
            ("Found by", "pieces of evidence", _ranked(tally.methods)),
        ],
    }


def yaml_scalar(value: str) -> Markup:
    """``value`` as a double-quoted YAML scalar: JSON with ASCII escapes is one."""
    return Markup(json.dumps(value))  # noqa: S704 - it stands in the front matter only


def escape_markdown(text: str) -> str:
    """``text`` as it is, in one line, whatever Markdown or HTML it contains; cut after 300 characters."""
    plain = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    plain = " ".join("".join(char for char in plain if unicodedata.category(char) not in {"Cf", "Cs"}).split())
    if len(plain) > _LONGEST:
        plain = plain[: _LONGEST - 1] + "…"
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", plain)


def dataset_version(digest: str) -> str:
    """The version that a config declares, from the SHA-256 of its files.

    `datasets` keeps what it loaded under the name of the folder, the config and this version: without it, other rows
    in a folder of the same name would not be looked at.
    """
    return f"0.0.{int(digest[:_VERSION_HEX_DIGITS], 16)}"


def _configs(rows: Mapping[tuple[str, str], int]) -> list[tuple[str, list[Split]]]:
    declared = [(config, [split for split in SPLITS if rows.get((config, split))]) for config in CONFIGS]
    return [(config, splits) for config, splits in declared if splits]


def _row_table(rows: Mapping[tuple[str, str], int]) -> list[tuple[str, list[int]]]:
    """Config, rows of each split, rows in all."""
    counts = {config: [rows.get((config, split), 0) for split in SPLITS] for config in CONFIGS}
    return [(config, [*numbers, sum(numbers)]) for config, numbers in counts.items()]


def _ranked(counts: Counter[str]) -> list[tuple[str, int, str]]:
    """Name, number and share, most frequent first."""
    total = counts.total()
    return [(name, n, f"{n / total:.1%}") for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _kappas(review: AgreementReport | None) -> dict[str, float] | None:
    """Number, median and range of the pairwise kappas that are defined; None when none is."""
    values = [pair.kappa.value for pair in review.kappas if pair.kappa.value is not None] if review else []
    if not values:
        return None
    return {"pairs": len(values), "median": median(values), "low": min(values), "high": max(values)}


def _check_table(checks: Counter[tuple[str, int, str]]) -> list[tuple[str, int, list[int], str]]:
    """Name, version, how often it passed, failed and abstained, and its pass rate among the decided."""
    names: Iterable[tuple[str, int]] = sorted({(name, version) for name, version, _ in checks})
    table = []
    for name, version in names:
        passed, failed, abstained = (checks[name, version, outcome] for outcome in ("pass", "fail", "abstain"))
        rate = f"{passed / (passed + failed):.1%}" if passed + failed else "never decided"
        table.append((name, version, [passed, failed, abstained], rate))
    return table
