"""The figures of a workspace, found by id."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from corpusbuilder.errors import MissingInputError, UsageError, command_line
from corpusbuilder.records.document import Document, Figure, Unit
from corpusbuilder.records.text import listed
from corpusbuilder.store.workspace import Workspace, read_records

_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class FoundFigure:
    """A figure and the document it is in."""

    figure: Figure
    document: Document

    def as_json(self) -> dict[str, Any]:
        """What a list says of it."""
        figure, diagram = self.figure, self.figure.diagram
        return {
            "id": figure.id,
            "document_id": self.document.id,
            "file_name": self.document.file_name,
            "page_no": figure.page_no,
            "number": figure.number,
            "kind": figure.kind,
            "caption": figure.caption,
            "labels": len(diagram.labels),
            "connectors": len(diagram.connectors),
            "regions": len(diagram.regions),
        }


def figures_of(workspace: Workspace) -> Iterator[FoundFigure]:
    """Every figure that was parsed, document by document, in reading order.

    Raises:
        MissingInputError: nothing was parsed.
        StorageError: a shard cannot be read.
    """
    documents = workspace.document_ids("parse")
    if not documents:
        hint = command_line("build", "BOOK.pdf", "-w", workspace.root)
        raise MissingInputError(f"{workspace.root}: no document was parsed here yet", hint=hint)
    for document_id in documents:
        for unit in read_records(workspace.shard("parse", document_id).data, Unit):
            yield from (FoundFigure(figure, unit.document) for figure in unit.figures)


def find_figure(workspace: Workspace, wanted: str) -> FoundFigure:
    """The figure whose id is ``wanted`` or begins with it, or that has it as its printed number.

    Raises:
        MissingInputError: there is none; the message names the closest ids.
        UsageError: it fits several.
    """
    every = list(figures_of(workspace))
    exact = [found for found in every if found.figure.id == wanted]
    begin = exact or [found for found in every if wanted and found.figure.id.startswith(wanted)]
    fitting = begin or [found for found in every if found.figure.number == wanted]
    if len(fitting) > 1:
        named = listed([found.figure.id for found in fitting[:_MOST_NAMED]])
        raise UsageError(f"{wanted} fits {len(fitting)} figures, such as {named}", hint="write more of the id")
    if fitting:
        return fitting[0]
    ids = [found.figure.id for found in every]
    close = difflib.get_close_matches(wanted, ids, _MOST_NAMED, cutoff=0.3) or ids[:_MOST_NAMED]
    raise MissingInputError(
        f"there is no figure {wanted} in {workspace.root}" + (f"; there are {listed(close)}" if close else ""),
        hint=f"{command_line('inspect', '-w', workspace.root)} lists all {len(ids)}",
    )
