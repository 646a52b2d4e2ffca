"""What can be set about the detector."""

from typing import Any, Final, Literal

from pydantic import Field

from corpusbuilder.backends.models.local.options import PretrainedOptions
from corpusbuilder.backends.models.prices import Price

FREE: Final = Price(input=0, output=0)


class DetectorOptions(PretrainedOptions):
    """A zero-shot object detector on this machine finds what steps speak of."""

    kind: Literal["detector"] = "detector"
    model: str = Field(default="IDEA-Research/grounding-dino-base", min_length=1)
    """A folder as ``save_pretrained`` writes it, or an id of the Hugging Face hub: a GroundingDINO, MM-GroundingDINO,
    OWLv2 or OWL-ViT."""
    batch_size: int = Field(default=4, ge=1)
    """At most so many phrases are looked for together. Halved when memory runs out."""
    max_image_side: int = Field(default=1333, ge=32)
    """Pixels: larger images are scaled down before the model's own processor sees them."""
    box_threshold: float | None = Field(default=None, gt=0, le=1)
    """Least score of a box that is evidence; from half of it on it is a candidate. Not set: 0.35, of OWLv2 and OWL-ViT
    0.3. Another value computes nothing again."""
    text_threshold: float = Field(default=0.25, ge=0, le=1)
    """Least score that a word of the phrase gives the box; OWLv2 and OWL-ViT score the phrase as a whole."""
    max_boxes: int = Field(default=5, ge=1)
    """At most so many candidates are kept for each phrase."""

    @property
    def price(self) -> Price:
        """It costs nothing."""
        return FREE

    def fingerprint(self) -> dict[str, Any]:
        """The options that the result depends on; a folder counts by what is in it and not by where it lies."""
        return {
            "kind": self.kind,
            "model": self.identity,
            "box_threshold": self.box_threshold,
            "text_threshold": self.text_threshold,
            "max_boxes": self.max_boxes,
        }
