"""Grounding by a zero-shot object detector on this machine, for what has no label, leader or outline.

`phrases` says what a step speaks of, `requests` asks for it, `model` has it found, `detecting` runs the detector,
`families` know how each kind of detector is asked and counts, `answers` is what the ledger keeps, `choosing` decides
what is evidence, `grounder` puts it together.
"""

from typing import Final

from corpusbuilder.backends.grounders.detector.grounder import create
from corpusbuilder.backends.grounders.detector.options import DetectorOptions
from corpusbuilder.backends.registry import Backend

BACKEND: Final = Backend(
    options=DetectorOptions,
    create=create,
    calls_models=True,
    extra="ground",
    packages=("transformers", "torch", "scipy"),
)
