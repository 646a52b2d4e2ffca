"""Makes the facts of a card from what was counted while the rows were written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from corpusbuilder import __version__
from corpusbuilder.config import ReleaseSection
from corpusbuilder.perception.strata import PLACES, SIZES
from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.call import Spending
from corpusbuilder.records.contamination import ContaminationReport
from corpusbuilder.records.release import ReleaseChange, Split
from corpusbuilder.stages.release import perception
from corpusbuilder.stages.release.card.facts import (
    CardFacts,
    CheckFacts,
    FailureFacts,
    MakerFacts,
    ShownFailure,
    SourceFacts,
)
from corpusbuilder.stages.release.tally import SourceTally, Tally

_FAILURES: Final = 8
_GROUPS_NAMED: Final = 20
_LONGEST_TEXT: Final = 300


def facts_of(
    tally: Tally,
    *,
    name: str,
    config: ReleaseSection,
    groups: Sequence[Sequence[str]],
    rows: Mapping[tuple[str, str], int],
    configs: Sequence[str],
    splits: Sequence[Split],
    changes: Sequence[ReleaseChange],
    notes: Sequence[str],
    spending: Spending | None,
    review: AgreementReport | None,
    contamination: ContaminationReport | None,
) -> CardFacts:
    """The facts of a release whose rows are written.

    Args:
        tally: what was counted while writing.
        name: of the release.
        config: who made it, its version, licence, shares and unit of splitting.
        groups: near-duplicates that were kept together.
        rows: how many rows each config and split has.
        configs: in the order of the card.
        splits: in the order of the card.
        changes: one entry a version, the oldest first.
        notes: sentences about this run.
        spending: what calls of models have come to; None when none were made.
        review: how far people agree; None when it is not known.
        contamination: what is repeated across splits and from benchmarks; None when it was not looked for.
    """
    return CardFacts(
        name=name,
        title=config.title or name,
        version=config.version,
        authors=config.authors,
        contact=config.contact,
        url=config.url,
        doi=config.doi,
        date=config.date.isoformat() if config.date else None,
        tool_version=__version__,
        own_licence=config.licence,
        split_by=config.split_by,
        shares=config.splits.model_dump(),
        rows={c: of_splits for c in configs if (of_splits := {s: rows[c, s] for s in splits if rows.get((c, s))})},
        groups=len(groups),
        groups_named=tuple(tuple(group) for group in groups[:_GROUPS_NAMED]),
        sources=tuple(map(_source, tally.sources)),
        spending=spending,
        review=review,
        contamination=contamination and contamination.model_copy(update={"pairs": (), "benchmark_pairs": ()}),
        notes=tuple(notes),
        changes=tuple(changes),
        **_counted(tally),
    )


def _source(source: SourceTally) -> SourceFacts:
    document = source.document
    return SourceFacts(
        id=document.id,
        file_name=document.file_name,
        title=document.title,
        language=document.language,
        subject=document.subject,
        grade=document.grade,
        licence=document.licence,
        attribution=document.attribution,
        pages=len(document.pages),
        figures=source.figures,
        passages=source.passages,
        examples=source.examples,
        splits=tuple(source.splits),
    )


def _counted(tally: Tally) -> dict[str, Any]:
    return {
        "seen": tally.seen,
        "verdicts": _ranked(tally.verdicts),
        "reviews": _ranked(tally.reviews),
        "corrected_fields": _ranked(tally.corrected_fields),
        "released": tally.released,
        "released_unseen": tally.released_unseen,
        "released_on_word": _ranked(tally.released_on_word),
        "counts": {name: counted for name, counted in _tables(tally).items() if counted},
        "figures_with_diagram": tally.figures_with_diagram,
        "labels": tally.labels,
        "image_labels": tally.image_labels,
        "page_status": _ranked(tally.page_status),
        "makers": tuple(
            MakerFacts(teacher=t, revision=r, prompt=p, prompt_sha256=h, examples=n)
            for (t, r, p, h), n in sorted(tally.makers.items())
        ),
        "checks": _checks(tally.checks),
        "failures": _failures(tally),
    }


def _tables(tally: Tally) -> dict[str, dict[str, int]]:
    """What `rendering` has a heading for."""
    seen = tally.perception
    return {
        "language": _ranked(tally.languages),
        "subject": _ranked(tally.subjects),
        "question_type": _ranked(tally.question_types),
        "answer_type": _ranked(tally.answer_types),
        "modality": _ranked(tally.modalities),
        "step_kind": _ranked(tally.step_kinds),
        "step_evidence": _ranked(tally.step_evidence),
        "method": _ranked(tally.methods),
        "dependence": _ranked(Counter({f"{label} ({model})": n for (label, model), n in tally.dependence.items()})),
        "size": _in_order(SIZES, seen.sizes),
        "place": _in_order(PLACES, seen.places),
        "distractors": _in_order(perception.DISTRACTORS, seen.distractors),
        "side": _in_order(perception.SIDES, seen.sides),
        "resolution": _in_order(perception.RESOLUTIONS, seen.resolutions),
    }


def _ranked(counts: Counter[str]) -> dict[str, int]:
    """The most frequent first."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _in_order(bins: Sequence[str], counts: Counter[str]) -> dict[str, int]:
    """Every bin, also the empty ones; nothing when all are."""
    return {name: counts[name] for name in bins} if counts else {}


def _checks(checks: Counter[tuple[str, int, str]]) -> tuple[CheckFacts, ...]:
    return tuple(
        CheckFacts(
            name=name,
            version=version,
            passed=checks[name, version, "pass"],
            failed=checks[name, version, "fail"],
            abstained=checks[name, version, "abstain"],
        )
        for name, version in sorted({(name, version) for name, version, _ in checks})
    )


def _failures(tally: Tally) -> tuple[FailureFacts, ...]:
    """The checks that hold back most, those that object first."""
    withholding = tally.withholding
    ranked = [
        (check, objects, n)
        for objects, counts in ((True, withholding.refuting), (False, withholding.undecided))
        for check, n in _ranked(counts).items()
    ]
    return tuple(
        FailureFacts(
            check=check,
            objects=objects,
            examples=n,
            shown=tuple(
                ShownFailure(question=_cut(one.question), reason=_cut(one.reason), title=_cut(one.title))
                for one in withholding.shown(check, objects=objects)
            ),
        )
        for check, objects, n in ranked[:_FAILURES]
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
