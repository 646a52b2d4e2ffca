"""Loads a model and its processor, and says in one sentence why that did not work."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from corpusbuilder.backends.models.local.chat import Chat, chat_of
from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.errors import BackendError, MissingExtraError


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
    for package in ("torch", "transformers"):
        if find_spec(package) is None:
            raise MissingExtraError(package, "generate", purpose="a model on this machine (kind 'transformers')")
    device = _device(options.device)
    model, processor = _from_pretrained(options)
    chat = chat_of(processor, options.model)
    tokenizer = processor.tokenizer
    ends = _ends(model.generation_config.eos_token_id, tokenizer.eos_token_id)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    return Loaded(
        model=_moved(model, device, options.model),
        processor=processor,
        chat=chat,
        device=device,
        context=getattr(model.config.get_text_config(), "max_position_embeddings", None),
        ends=ends,
        pad=tokenizer.pad_token_id,
        served=_served(options, getattr(model.config, "_commit_hash", None)),
    )


def _device(wanted: str) -> str:
    import torch

    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wanted == "auto":
        return "cuda" if cuda else "mps" if mps else "cpu"
    kind, _, number = wanted.partition(":")
    if kind == "cuda" and (not cuda or int(number or 0) >= torch.cuda.device_count()):
        found = f"torch {torch.__version__} sees {torch.cuda.device_count()} CUDA devices"
        raise BackendError(
            f"there is no device {wanted!r}: {found}", hint='set device = "auto", or install a torch built for CUDA'
        )
    if kind == "mps" and not mps:
        raise BackendError("there is no device 'mps' on this machine", hint='set device = "auto"')
    return wanted


def _from_pretrained(options: LocalModelOptions) -> tuple[Any, Any]:
    source = str(options.folder or options.model)
    where = {"revision": options.revision, "trust_remote_code": options.trust_remote_code}
    how = {"dtype": options.dtype, "attn_implementation": options.attention}
    try:
        from huggingface_hub.errors import StrictDataclassError
        from safetensors import SafetensorError

        library: Any = import_module("transformers")  # which is typed in part only
        processors, models = library.AutoProcessor, library.AutoModelForImageTextToText
    except (ImportError, RuntimeError) as error:  # RuntimeError: a torchvision that was built for another torch
        raise _explained(error, options) from None
    _quieten(library.utils.logging)
    try:
        processor = processors.from_pretrained(source, **where)
        model, loaded = models.from_pretrained(source, **where, **how, output_loading_info=True)
    except (*_LOADING_ERRORS, SafetensorError, StrictDataclassError) as error:
        raise _explained(error, options) from None
    if getattr(processor, "tokenizer", None) is None or getattr(processor, "image_processor", None) is None:
        raise BackendError(f"{options.model}: there is no processor for text and images beside the model", hint=_NO_VLM)
    if missing := sorted(loaded["missing_keys"]):
        # The library fills them with random numbers and goes on.
        raise BackendError(
            f"{options.model}: weights are missing: {', '.join(missing[:3])} ({len(missing)} in all)",
            hint="an adapter has to be merged into its model first; anything else has to be downloaded again",
        )
    return model.eval(), processor


def _quieten(logging: Any) -> None:  # noqa: ANN401 - a module
    """The run draws its own bar, and what has to be known stands in an error."""
    logging.disable_progress_bar()
    if "TRANSFORMERS_VERBOSITY" not in os.environ:
        logging.set_verbosity_error()


_LOADING_ERRORS: Final = (OSError, ValueError, KeyError, AttributeError, TypeError, RuntimeError, ImportError)
"""What transformers is seen to raise on files that are absent, cut off or not what it expects."""
_NO_VLM: Final = "take a vision-language model: one that transformers opens with AutoModelForImageTextToText"


def _explained(error: Exception, options: LocalModelOptions) -> BackendError:
    """The library's error in a sentence, and what to do about it."""
    said = " ".join(str(error).split())
    name = options.model
    # What fails inside an import of transformers is only told along the chain.
    if any("torchvision" in str(link).lower() for link in _chain(error)):
        return _torchvision_error(name)
    if isinstance(error, ImportError):
        return BackendError(
            f"{name}: a package that the model needs is missing: {said[:300]}", hint="install it with pip"
        )
    if "trust_remote_code" in said:
        return BackendError(
            f"{name}: the model comes with Python code of its own",
            hint="read that code; if you trust it, set trust_remote_code = true",
        )
    if options.folder is None and isinstance(error, OSError):
        return BackendError(
            f"{name}: there is no such folder, and no model of this name could be had from the hub: {said[:300]}",
            hint="check the spelling and the network; HF_HOME says where downloaded models lie, HF_HUB_OFFLINE=1 keeps "
            "to these, HF_TOKEN opens models that ask for an agreement",
        )
    if "Unrecognized configuration class" in said or "Unrecognized model" in said:
        return BackendError(f"{name}: this is no vision-language model", hint=_NO_VLM)
    return BackendError(
        f"{name}: the model cannot be loaded: {said[:300] or type(error).__name__}",
        hint="is it complete? It has to open with transformers' AutoModelForImageTextToText and AutoProcessor",
    )


def _torchvision_error(name: str) -> BackendError:
    if find_spec("torchvision"):
        return BackendError(
            f"{name}: the installed torchvision does not fit the installed torch",
            hint="pip uninstall torchvision, or pip install the one that was built for this torch, from where torch "
            "came from",
        )
    return BackendError(
        f"{name}: its processor needs torchvision",
        hint="pip install the torchvision that was built for this torch, from where torch came from; or take a model "
        "that does without (LLaVA, LLaVA-NeXT, Idefics 3, Gemma 3); or have an endpoint serve this one",
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def _moved(model: Any, device: str, name: str) -> Any:  # noqa: ANN401 - transformers' models share no useful type
    try:
        return model.to(device)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
    raise BackendError(f"{name}: the model does not fit into the memory of {device}", hint=SMALLER_MODEL)


SMALLER_MODEL: Final = 'set dtype = "bfloat16", or take a smaller model or another device'


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether a device has no memory left; torch has a class of its own for that on some devices only."""
    import torch

    said = str(error)
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in said or "can't allocate memory" in said


def _ends(*ids: int | list[int] | None) -> tuple[int, ...]:
    found: list[int] = []
    for group in ids:
        found += group if isinstance(group, list) else [] if group is None else [group]
    return tuple(dict.fromkeys(found))


def _served(options: LocalModelOptions, commit: str | None) -> str:
    return f"{options.model}@{commit}" if commit and options.folder is None else options.identity


def is_device_failure(error: RuntimeError) -> bool:
    """Whether a device is in a state in which nothing more can be computed on it."""
    import torch

    own_kind = getattr(torch, "AcceleratorError", ())  # since torch 2.8
    return isinstance(error, own_kind) or "CUDA error" in str(error)
