"""A phrase looked for in an image, as a call of a model."""

from corpusbuilder.backends.models.base import ImagePart, Message, ModelRequest, Purpose, Sampling, TextPart
from corpusbuilder.records.document import Figure

TASK = "detect"


def phrase_in(figure: Figure, phrase: str, *, unit_id: str, order: tuple[int, ...]) -> ModelRequest:
    """The call that looks for a phrase; the same for all figures with the same image.

    Args:
        figure: in whose image.
        phrase: what to look for, without an article.
        unit_id: of the unit whose step speaks of it first.
        order: see `ModelRequest.order`.
    """
    image = ImagePart(figure.image.sha256, figure.image.media_type, figure.image.width, figure.image.height)
    return ModelRequest(
        (Message("user", (image, TextPart(phrase))),),
        sampling=Sampling(max_tokens=1),
        purpose=Purpose(TASK, subject="figure", document_id=figure.document_id, unit_id=unit_id),
        order=order,
    )


def phrase_of(request: ModelRequest) -> str:
    """The phrase that a request is about."""
    (phrase,) = (part.text for message in request.messages for part in message.parts if isinstance(part, TextPart))
    return phrase
