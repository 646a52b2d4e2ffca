"""From prompts and material to requests. Requests of a group begin with the same bytes; the task stands at the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from corpusbuilder.backends.models.base import (
    ImagePart,
    Message,
    ModelRequest,
    OutputSchema,
    Purpose,
    Sampling,
    TextPart,
)
from corpusbuilder.backends.prompting.pagetext import as_line
from corpusbuilder.backends.prompting.templates import rendered
from corpusbuilder.backends.teachers.passes.material import Material, ShownFigure
from corpusbuilder.errors import ConfigError
from corpusbuilder.records.prompt import Prompt

PASSES: Final = ("inventory", "questions", "steps")
_LONGEST_COMPLAINT: Final = 2000


@dataclass(frozen=True, slots=True)
class Pieces:
    """The prompts of the task ``teacher`` in one language."""

    prompts: Mapping[str, Prompt]

    def prompt(self, name: str) -> Prompt:
        """The prompt called ``name``.

        Raises:
            ConfigError: there is none.
        """
        if name not in self.prompts:
            raise ConfigError(f"there is no prompt teacher/{name}", hint="install corpusbuilder again")
        return self.prompts[name]

    def render(self, name: str, **values: object) -> str:
        """A prompt with ``values`` filled in.

        Raises:
            ConfigError: there is none, or it does not render.
        """
        return rendered(self.prompt(name), **values)


@dataclass(frozen=True, slots=True)
class Opening:
    """What all requests of one group begin with, and what they have in common."""

    pieces: Pieces
    messages: tuple[Message, ...]
    """The system message, and the material as the user's message, which the task will complete."""
    sampling: Sampling
    document_id: str
    unit_id: str
    place: tuple[int, ...]
    """Begins `ModelRequest.order`."""
    subject: str = "text"
    """``figure`` or ``text``: what the group is about."""

    def request(self, name: str, output: OutputSchema, values: Mapping[str, object], part: int = 0) -> ModelRequest:
        """The request of one pass.

        Args:
            name: of the pass.
            output: what the answer has to be.
            values: for the prompt of the pass.
            part: tells the requests of one pass apart.
        """
        *before, material = self.messages
        task = TextPart(self.pieces.render(name, **values))
        prompt = self.pieces.prompt(name)
        return ModelRequest(
            messages=(*before, Message(material.role, (*material.parts, task))),
            output=output,
            sampling=self.sampling,
            purpose=Purpose(name, self.subject, prompt.id, prompt.sha256, self.document_id, self.unit_id),
            order=(*self.place, PASSES.index(name), part),
        )

    def complaint(self, error: str) -> str:
        """What the model is told about an answer that cannot be used."""
        return self.pieces.render("repair", error=as_line(error, _LONGEST_COMPLAINT))


def system_message(pieces: Pieces) -> Message:
    """The same for every unit, group and pass of a language."""
    return Message("system", (TextPart(pieces.render("system")),))


def shown_passages(pieces: Pieces, material: Material) -> TextPart:
    """The passages of a unit: the same for all its groups and passes."""
    return TextPart(pieces.render("passages", **material.values()))


def shown_figure(pieces: Pieces, figure: ShownFigure | None) -> tuple[TextPart | ImagePart, ...]:
    """A figure's image and what is known of it: the same for all passes of its group."""
    if figure is None:
        return ()
    described = TextPart(pieces.render("figure", **figure.values()))
    return (figure.image, described) if figure.image else (described,)
