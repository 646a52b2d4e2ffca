"""The vision-language model on this machine as a `Model`."""

from collections.abc import Callable

from corpusbuilder.backends.models.local.batched import BatchedModel
from corpusbuilder.backends.models.local.generation import Generation
from corpusbuilder.backends.models.local.loading import load
from corpusbuilder.backends.models.local.options import LocalModelOptions


class LocalModel(BatchedModel):
    """Answers requests in batches; it is loaded with the first of them.

    Under the same options the same request has the same answer, drawn or not, whichever others it is batched with; in
    16 bits the rounding of a batch may still turn one of two equally likely tokens into the other.

    Args:
        options: which model, and how.
        read_image: from the SHA-256 of an image to its bytes; called from another thread.
    """

    def __init__(self, options: LocalModelOptions, *, read_image: Callable[[str], bytes]) -> None:
        def generation() -> Generation:
            return Generation(
                load(options),
                name=options.identity,
                read_image=read_image,
                max_image_side=options.max_image_side,
            )

        super().__init__(options.identity, options.identity, batch_size=options.batch_size, load=generation)
