"""Turns the messages of a request into a prompt, through the chat template that comes with the model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from corpusbuilder.backends.models.base import Message, ModelRequest, Role, TextPart
from corpusbuilder.errors import BackendError, RecordError

_PROBE: Final = "Probe7"
_IMAGE_PART: Final = {"type": "image"}


@dataclass(frozen=True, slots=True)
class Chat:
    """How a model's chat template wants its messages."""

    processor: Any
    name: str
    """Of the model, for messages."""
    knows_system: bool
    """Otherwise the system's words stand before the first user's."""
    takes_parts: bool
    """Otherwise a message is one string, with the image token where an image stands."""
    control: tuple[str, ...]
    """Tokens that steer the model, longest first."""

    def render(self, request: ModelRequest) -> str:
        """The whole prompt, up to where the model goes on.

        Raises:
            RecordError: ``request_refused``: the template does not take such a conversation.
        """
        from jinja2 import TemplateError

        messages = _with_instruction(request)
        if not self.knows_system:
            messages = _folded(messages)
        try:
            return _rendered(self.processor, self._conversation(messages))
        except TemplateError as error:
            raise RecordError("request_refused", f"{self.name}: its chat template says: {error}") from None

    def _conversation(self, messages: Iterable[Message]) -> list[dict[str, Any]]:
        return [{"role": message.role, "content": self._content(message)} for message in messages]

    def _content(self, message: Message) -> list[dict[str, str]] | str:
        parts: list[dict[str, str]] = []
        # Texts side by side become one: two halves of a token must not meet in the prompt.
        for is_text, group in groupby(message.parts, lambda part: isinstance(part, TextPart)):
            if is_text:
                text = "".join(part.text for part in group if isinstance(part, TextPart))
                parts.append({"type": "text", "text": self.as_data(text)})
            else:
                parts += [_IMAGE_PART for _ in group]
        return parts if self.takes_parts else _flat(parts, self.processor.image_token)

    def as_data(self, text: str) -> str:
        """``text`` with a blank inside whatever the model would take for a token that steers it.

        A page must not be able to end the user's turn, or to stand for an image that is not there.
        """
        for token in self.control:
            text = text.replace(token, f"{token[0]} {token[1:]}")
        return text


def chat_of(processor: Any, name: str) -> Chat:  # noqa: ANN401 - transformers' processors share no useful type
    """Find out how a processor wants its messages.

    Raises:
        BackendError: it has no chat template, or one that cannot be used.
    """
    processor.chat_template = processor.chat_template or processor.tokenizer.chat_template
    if not processor.chat_template:
        raise BackendError(
            f"{name}: the model has no chat template, so nobody knows how it wants to be asked",
            hint="take a model tuned for conversation ('Instruct', 'it', 'chat'), or put into its folder the "
            "chat_template.jinja of the model that it was trained from",
        )
    for takes_parts in (True, False):
        if _understands(processor, takes_parts=takes_parts, system=False):
            knows_system = _understands(processor, takes_parts=takes_parts, system=True)
            return Chat(processor, name, knows_system, takes_parts, _control_tokens(processor))
    raise BackendError(
        f"{name}: its chat template puts no image into a user's message",
        hint="take a model tuned for conversation about images, or mend the chat_template.jinja in its folder",
    )


def _understands(processor: Any, *, takes_parts: bool, system: bool) -> bool:  # noqa: ANN401
    """Whether the template renders a conversation of this form, leaving nothing out."""
    from jinja2 import TemplateError

    token: str = getattr(processor, "image_token", "")
    if not takes_parts and not token:
        return False

    def content(*parts: dict[str, str]) -> list[dict[str, str]] | str:
        return list(parts) if takes_parts else _flat(parts, token)

    text = {"type": "text", "text": _PROBE}
    conversation = [{"role": "user", "content": content(_IMAGE_PART, text)}]
    if system:
        conversation.insert(0, {"role": "system", "content": content(text)})
    try:
        prompt = _rendered(processor, conversation)
    except (TemplateError, TypeError, ValueError):  # what + and filters raise on a value of the wrong type
        return False
    told = prompt.count(_PROBE) == 1 + system and "'type'" not in prompt
    return told and (not token or prompt.count(token) == 1)


def _rendered(processor: Any, conversation: list[dict[str, Any]]) -> str:  # noqa: ANN401
    prompt: str = processor.apply_chat_template(conversation, add_generation_prompt=True, tokenize=False)
    return prompt


def _flat(parts: Iterable[dict[str, str]], image_token: str) -> str:
    return "\n".join(part.get("text", image_token) for part in parts)


def _control_tokens(processor: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Special tokens, and further ones that stand in the chat template as such."""
    template = str(processor.chat_template)
    added = processor.tokenizer.added_tokens_decoder.values()
    tokens = {token.content for token in added if token.special or token.content in template}
    named = (getattr(processor, f"{kind}_token", None) for kind in ("image", "video", "audio"))
    tokens |= {token for token in named if isinstance(token, str)}
    # Gemma has tokens for several line breaks in a row: these are text.
    steering = (token for token in tokens if len(token) > 1 and not token.isspace())
    return tuple(sorted(steering, key=lambda token: (-len(token), token)))


def _with_instruction(request: ModelRequest) -> tuple[Message, ...]:
    """The messages, with what an answer has to look like at the end of the last."""
    messages = request.messages
    if request.output is None or not request.output.instruction:
        return messages
    last = messages[-1]
    parts = (*last.parts, TextPart(f"\n\n{request.output.instruction}"))
    return (*messages[:-1], Message(last.role, parts))


def _folded(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages without a system: its words come before those of the first user."""
    system = tuple(part for message in messages if message.role == "system" for part in message.parts)
    rest = [message for message in messages if message.role != "system"]
    if not system:
        return tuple(rest)
    user: Role = "user"
    if not rest or rest[0].role != user:
        return (Message(user, system), *rest)
    return (Message(user, (*system, TextPart("\n\n"), *rest[0].parts)), *rest[1:])
