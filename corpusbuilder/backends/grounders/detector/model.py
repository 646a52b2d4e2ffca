"""The detector as a `Model`: its answers are kept in the ledger like those of every other."""

from collections.abc import Callable
from typing import Final

from corpusbuilder.backends.grounders.detector.detecting import Detecting
from corpusbuilder.backends.grounders.detector.families import family_of
from corpusbuilder.backends.grounders.detector.options import DetectorOptions
from corpusbuilder.backends.models.local.batched import BatchedModel
from corpusbuilder.backends.models.local.batches import in_image
from corpusbuilder.backends.models.local.pretrained import Kind, open_pretrained

_CONVENTION: Final = "boxes-1"
"""Changes with how phrases are put to the models and what is kept of the answers: keys are made of it."""
_DETECTOR: Final = Kind(
    auto_class="AutoModelForZeroShotObjectDetection",
    noun="zero-shot object detector",
    extra="ground",
    purpose="the detector (grounder 'detector')",
    without_torchvision="take a GroundingDINO, MM-GroundingDINO, OWLv2 or OWL-ViT, which do without",
)


class DetectorModel(BatchedModel):
    """Finds phrases in images, in batches; it is loaded with the first of them.

    The same phrase in the same image has the same boxes, whichever others it is batched with.

    Args:
        options: which model, and how.
        read_image: from the SHA-256 of an image to its bytes; called from another thread.
    """

    def __init__(self, options: DetectorOptions, *, read_image: Callable[[str], bytes]) -> None:
        def detecting() -> Detecting:
            opened = open_pretrained(options, _DETECTOR)
            return Detecting(
                opened, family_of(opened, options.model), read_image=read_image, max_image_side=options.max_image_side
            )

        super().__init__(
            options.identity,
            f"{options.identity} {_CONVENTION}",
            batch_size=options.batch_size,
            load=detecting,
            distance=in_image,
        )
