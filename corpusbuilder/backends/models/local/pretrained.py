"""Opens a model of the transformers library with its processor, and says in one sentence why that did not work."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from corpusbuilder.backends.models.local.options import PretrainedOptions
from corpusbuilder.errors import BackendError, MissingExtraError


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of model is wanted."""

    auto_class: str
    """The class of transformers that opens it."""
    noun: str
    """Such as ``vision-language model``."""
    extra: str
    """The extra of corpusbuilder that brings the packages."""
    purpose: str
    """What the packages are needed for."""
    without_torchvision: str
    """Which models of this sort do without torchvision, and what else can be done."""
    processor_class: str = "AutoProcessor"
    """The class of transformers that opens what prepares its input: ``AutoTokenizer`` when that is text only."""
    optional_weights: tuple[str, ...] = ()
    """Beginnings of the names of weights that may be absent, as they are not used."""

    @property
    def advice(self) -> str:
        """What to take instead."""
        return f"take a {self.noun}: one that transformers opens with {self.auto_class}"


@dataclass(frozen=True, slots=True)
class Pretrained:
    """A model on its device, and its processor."""

    model: Any
    processor: Any
    device: str
    served: str
    """The model that answers, with its commit where it is known."""


def open_pretrained(options: PretrainedOptions, kind: Kind, **how: object) -> Pretrained:
    """Load what the options name.

    Args:
        options: which model, and where it is to run.
        kind: what it has to be.
        how: further arguments of the model's ``from_pretrained``.

    Raises:
        BackendError: there is no such model, it is of another kind, or there is no such device.
        MissingExtraError: torch or transformers is not installed.
    """
    for package in ("torch", "transformers"):
        if find_spec(package) is None:
            raise MissingExtraError(package, kind.extra, purpose=kind.purpose)
    device = _device(options.device)
    model, processor = _from_pretrained(options, kind, how)
    return Pretrained(
        model=_moved(model, device, options.model),
        processor=processor,
        device=device,
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


def _from_pretrained(options: PretrainedOptions, kind: Kind, how: dict[str, object]) -> tuple[Any, Any]:
    source = str(options.folder or options.model)
    where = {"revision": options.revision, "trust_remote_code": options.trust_remote_code}
    try:
        from huggingface_hub.errors import StrictDataclassError
        from safetensors import SafetensorError

        library: Any = import_module("transformers")  # which is typed in part only
        processors, models = getattr(library, kind.processor_class), getattr(library, kind.auto_class)
    except (ImportError, RuntimeError) as error:  # RuntimeError: a torchvision that was built for another torch
        raise _explained(error, options, kind) from None
    _quieten(library.utils.logging)
    try:
        processor = processors.from_pretrained(source, **where)
        model, loaded = models.from_pretrained(source, **where, **how, dtype=options.dtype, output_loading_info=True)
    except (*_LOADING_ERRORS, SafetensorError, StrictDataclassError) as error:
        raise _explained(error, options, kind) from None
    reads_only = kind.processor_class == "AutoTokenizer"
    if not reads_only and (
        getattr(processor, "tokenizer", None) is None or getattr(processor, "image_processor", None) is None
    ):
        raise BackendError(
            f"{options.model}: there is no processor for text and images beside the model", hint=kind.advice
        )
    if missing := sorted(key for key in loaded["missing_keys"] if not key.startswith(kind.optional_weights)):
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


def _explained(error: Exception, options: PretrainedOptions, kind: Kind) -> BackendError:
    """The library's error in a sentence, and what to do about it."""
    said = " ".join(str(error).split())
    name = options.model
    # What fails inside an import of transformers is only told along the chain.
    if any("torchvision" in str(link).lower() for link in _chain(error)):
        return _torchvision_error(name, kind)
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
        return BackendError(f"{name}: this is no {kind.noun}", hint=kind.advice)
    return BackendError(
        f"{name}: the model cannot be loaded: {said[:300] or type(error).__name__}",
        hint=f"is it complete? It has to open with transformers' {kind.auto_class} and {kind.processor_class}",
    )


def _torchvision_error(name: str, kind: Kind) -> BackendError:
    if find_spec("torchvision"):
        return BackendError(
            f"{name}: the installed torchvision does not fit the installed torch",
            hint="pip uninstall torchvision, or pip install the one that was built for this torch, from where torch "
            "came from",
        )
    return BackendError(
        f"{name}: its processor needs torchvision",
        hint="pip install the torchvision that was built for this torch, from where torch came from; or "
        f"{kind.without_torchvision}",
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


def is_device_failure(error: RuntimeError) -> bool:
    """Whether a device is in a state in which nothing more can be computed on it."""
    import torch

    own_kind = getattr(torch, "AcceleratorError", ())  # since torch 2.8
    return isinstance(error, own_kind) or "CUDA error" in str(error)


def _served(options: PretrainedOptions, commit: str | None) -> str:
    return f"{options.model}@{commit}" if commit and options.folder is None else options.identity
