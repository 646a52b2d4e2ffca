"""What the person at the keyboard is told about a release."""

from collections.abc import Iterator, Mapping

from corpusbuilder.config import ReleaseSection
from corpusbuilder.records.release import SPLITS, ReleaseManifest
from corpusbuilder.records.text import listed
from corpusbuilder.stages.release.assembling import Assembly
from corpusbuilder.stages.release.features import CONFIGS
from corpusbuilder.stages.release.licences import is_publishable


def notes_on(release: Assembly, rows: Mapping[tuple[str, str], int], config: ReleaseSection) -> Iterator[str]:
    """One sentence each, on what was left out and what is missing."""
    tally = release.tally
    if repeated := len(release.kept_out.repeated):
        ask = "example asks" if repeated == 1 else "examples ask"
        yield (
            f"{repeated} {ask} what one of another document asks in nearly the same words, with the same "
            'answer, and are left out; release.repeated = "keep" keeps them.'
        )
    if asked := release.asked_elsewhere:
        ask = "example asks" if asked == 1 else "examples ask"
        yield f"{asked} {ask} what a file in release.benchmarks asks, and are left out, as release.contaminated says."
    shares = config.splits.model_dump()
    empty = [split for split in SPLITS if shares[split] and not rows.get(("examples", split))]
    if not tally.released:
        yield "No example was released."
    elif empty:
        yield (
            f"No example fell into {' and '.join(empty)}: a corpus of few documents cannot fill every split, and what "
            "stood in a split before stays there. Such a split has no file."
        )
    if empty and len(tally.sources) == 1 and config.split_by == "document":
        yield 'One document stands in one split; release.split_by = "unit" divides it.'
    missing = [c for c in CONFIGS[1:] if not any(place[0] == c for place in rows)]
    if missing:
        yield f"The corpus has no {' and no '.join(missing)}: there is no config of that name."
    closed = sum(not is_publishable(source.document.licence) for source in tally.sources)
    if closed:
        have = "has" if closed == 1 else "have"
        whole = len(tally.sources)
        yield f"{closed} of {whole} documents {have} no licence that allows publishing; the card names them."


def notes_on_splits(release: Assembly, previous: ReleaseManifest | None, config: ReleaseSection) -> Iterator[str]:
    """One sentence each, on what stands in another split than one might expect."""
    if release.on_stock:
        rest = "example rests" if release.on_stock == 1 else "examples rest"
        yield (
            f"{release.on_stock} {rest} on text or figures that stand in many documents, also in a split that is held "
            "out further, and are left out; contamination.json lists what they rest on."
        )
    names = {source.document.id: source.document.file_name for source in release.tally.sources}
    moves = sorted({(move.before, move.after) for move in release.plan.moves})
    for before, after in moves:
        moved = [move.id for move in release.plan.moves if (move.before, move.after) == (before, after)]
        yield (
            f"{listed(names.get(one, one) for one in moved)} now in {after}, before in {before}: of what stands in "
            f"{after}, something is nearly the same or was joined to it by what is new."
        )
    if previous and (previous.shares != config.splits.model_dump() or previous.split_by != config.split_by):
        yield (
            "The last release of this name had other shares or was split otherwise: what stood in it stays in its "
            "split, and only what is new is divided by the new settings. release.name begins anew."
        )
