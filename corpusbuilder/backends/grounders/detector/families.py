"""How each family of detectors is asked for a phrase, and what its numbers mean.

Prompts are those of the models' own documentation: GroundingDINO wants lower case and a full stop, OWL-ViT and OWLv2
"a photo of a …". Boxes come as centre and size in 0 to 1 of a frame: of the image itself, with OWLv2 of the square that
its processor pads the image to, at the right or at the bottom.
"""

from collections.abc import Hashable, Sequence
from importlib.util import find_spec
from typing import Any, Final, Protocol

from corpusbuilder.backends.grounders.detector.answers import FAMILIES
from corpusbuilder.backends.models.local.pretrained import Pretrained
from corpusbuilder.errors import BackendError, MissingExtraError

_OWL_THRESHOLD: Final = 0.3
_DINO_THRESHOLD: Final = 0.35


def box_threshold(family: str) -> float:
    """From which score on the boxes of a family are usually taken to be right."""
    return _OWL_THRESHOLD if family.startswith("owl") else _DINO_THRESHOLD


class Family(Protocol):
    """One family of detectors with a model of it."""

    name: str

    def goes_with(self, image: Hashable, pixels: Any) -> Hashable:  # noqa: ANN401 - a dict of tensors
        """Phrases of which this is equal can be looked for in one pass.

        Args:
            image: what tells the image from others.
            pixels: the image as the processor makes it, shape (1, 3, height, width).
        """
        ...

    def found(self, pixels: Sequence[Any], phrases: Sequence[str]) -> tuple[Any, Any, Any]:
        """Where each phrase is seen in its image, of those that go together.

        Args:
            pixels: the image of each phrase as the processor makes it.
            phrases: what to look for.

        Returns:
            Boxes of shape (phrases, n, 4), as centre and size in 0 to 1 of the frame; scores and scores of the best
            word, 0 to 1, each of shape (phrases, n).
        """
        ...

    def frame(self, width: int, height: int) -> tuple[float, float]:
        """Width and height of the frame in which boxes of an image are counted."""
        ...


def family_of(opened: Pretrained, name: str) -> Family:
    """The family of a model.

    Raises:
        BackendError: it is of none that is known here.
        MissingExtraError: a package that its processor needs is not installed.
    """
    kind = getattr(opened.model.config, "model_type", None)
    if kind not in FAMILIES:
        raise BackendError(
            f"{name}: a detector of the kind {kind!r} is not known here",
            hint="take a GroundingDINO, MM-GroundingDINO, OWLv2 or OWL-ViT",
        )
    if kind == "owlv2" and find_spec("scipy") is None:  # which its processor imports when it sees the first image
        raise MissingExtraError("scipy", "ground", purpose="OWLv2 (grounder 'detector')")
    return Owl(opened, kind) if kind.startswith("owl") else GroundingDino(opened, kind)


class GroundingDino:
    """GroundingDINO (2303.05499) and MM-GroundingDINO (2401.02361): text and image are read together, word by word.

    Images of different sizes are never padded to one batch: the model's grid would not quite be that of the image, and
    the answer would depend on the neighbours.
    """

    def __init__(self, opened: Pretrained, name: str) -> None:
        self.name = name
        self._opened = opened
        tokenizer = opened.processor.tokenizer
        marks = (tokenizer.cls_token, tokenizer.sep_token, tokenizer.pad_token, ".")
        # A word that the model does not know is a word.
        self._no_words = sorted({*tokenizer.convert_tokens_to_ids(marks)} - {tokenizer.unk_token_id})

    def goes_with(self, image: Hashable, pixels: Any) -> Hashable:  # noqa: ANN401, ARG002 - see `Family`
        """See `Family`."""
        return tuple(pixels["pixel_values"].shape)

    def found(self, pixels: Sequence[Any], phrases: Sequence[str]) -> tuple[Any, Any, Any]:
        """See `Family`."""
        import torch

        device = self._opened.device
        words = self._opened.processor.tokenizer(
            [f"{phrase.lower()}." for phrase in phrases],
            padding=True,
            truncation=True,
            max_length=self._opened.model.config.max_text_len,
            return_token_type_ids=True,
            return_tensors="pt",
        ).to(device)
        images = {name: torch.cat([each[name] for each in pixels]) for name in pixels[0]}
        outputs = self._opened.model(**images, **words)
        ids = words["input_ids"]
        of_tokens = outputs.logits.float().sigmoid()[:, :, : ids.shape[1]]
        is_word = torch.isin(ids, torch.tensor(self._no_words, device=device), invert=True)[:, None]
        return outputs.pred_boxes.float(), of_tokens.amax(-1), (of_tokens * is_word).amax(-1)

    def frame(self, width: int, height: int) -> tuple[float, float]:
        """See `Family`."""
        return width, height


class Owl:
    """OWL-ViT (2205.06230) and OWLv2 (2306.09683): an image is read once for all phrases that are looked for in it."""

    def __init__(self, opened: Pretrained, name: str) -> None:
        self.name = name
        self._opened = opened
        self._is_padded = name == "owlv2" and getattr(opened.processor.image_processor, "do_pad", True)

    def goes_with(self, image: Hashable, pixels: Any) -> Hashable:  # noqa: ANN401, ARG002 - see `Family`
        """See `Family`."""
        return image

    def found(self, pixels: Sequence[Any], phrases: Sequence[str]) -> tuple[Any, Any, Any]:
        """See `Family`."""
        words = self._opened.processor.tokenizer(
            [f"a photo of {'an' if phrase[:1] in 'aeio' else 'a'} {phrase}" for phrase in phrases],
            padding="max_length",
            truncation=True,
            max_length=self._opened.model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        ).to(self._opened.device)
        outputs = self._opened.model(
            pixel_values=pixels[0]["pixel_values"],
            input_ids=words["input_ids"],
            attention_mask=words["attention_mask"],
        )
        scores = outputs.logits[0].float().sigmoid().T
        return outputs.pred_boxes.float().expand(len(phrases), -1, -1), scores, scores

    def frame(self, width: int, height: int) -> tuple[float, float]:
        """See `Family`."""
        side = max(width, height)
        return (side, side) if self._is_padded else (width, height)
