"""Loads a vision-language model and its processor."""

from dataclasses import dataclass
from typing import Any, Final

from corpusbuilder.backends.models.local.chat import Chat, chat_of
from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.backends.models.local.pretrained import Kind, open_pretrained

_VLM: Final = Kind(
    auto_class="AutoModelForImageTextToText",
    noun="vision-language model",
    extra="generate",
    purpose="a model on this machine (kind 'transformers')",
    without_torchvision="take a model that does without (LLaVA, LLaVA-NeXT, Idefics 3, Gemma 3); or have an endpoint "
    "serve this one",
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model ready for use."""

    model: Any
    processor: Any
    chat: Chat
    device: str
    context: int | None
    """Tokens that prompt and answer may have together; None when the model does not say."""
    ends: tuple[int, ...]
    """Tokens with which an answer ends."""
    pad: int
    served: str
    """The model that answers, with its commit where it is known."""


def load(options: LocalModelOptions) -> Loaded:
    """Load what the options name.

    Raises:
        BackendError: there is no such model, it cannot be asked about images, or there is no such device.
        MissingExtraError: torch or transformers is not installed.
    """
    opened = open_pretrained(options, _VLM, attn_implementation=options.attention)
    model, processor = opened.model, opened.processor
    chat = chat_of(processor, options.model)
    tokenizer = processor.tokenizer
    ends = _ends(model.generation_config.eos_token_id, tokenizer.eos_token_id)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    return Loaded(
        model=model,
        processor=processor,
        chat=chat,
        device=opened.device,
        context=getattr(model.config.get_text_config(), "max_position_embeddings", None),
        ends=ends,
        pad=tokenizer.pad_token_id,
        served=opened.served,
    )


def _ends(*ids: int | list[int] | None) -> tuple[int, ...]:
    found: list[int] = []
    for group in ids:
        found += group if isinstance(group, list) else [] if group is None else [group]
    return tuple(dict.fromkeys(found))
