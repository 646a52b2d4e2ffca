"""Grounding of steps that say in other words what a passage states: sentences compared by an encoder."""

from typing import Final

from corpusbuilder.backends.grounders.encoder.grounder import EncoderGrounder
from corpusbuilder.backends.grounders.spans.encoder import EncoderOptions
from corpusbuilder.backends.registry import Backend

BACKEND: Final = Backend(
    options=EncoderOptions,
    create=EncoderGrounder,
    calls_models=True,
    extra="ground",
    packages=("transformers", "torch"),
)
