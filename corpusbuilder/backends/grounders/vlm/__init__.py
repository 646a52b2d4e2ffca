"""Grounding by boxes that a vision-language model draws, for what has no label, leader or outline.

`options` say which model and how it writes coordinates, `seeing` which pixels it counts, `requests` what it is asked,
`reading` what of its answer can be believed, `grounder` what of that is evidence.
"""

from typing import Final

from corpusbuilder.backends.grounders.vlm.grounder import create
from corpusbuilder.backends.grounders.vlm.options import OpenAIVlmOptions, vlm_options
from corpusbuilder.backends.registry import Backend

__all__ = ["BACKEND", "vlm_options"]

BACKEND: Final = Backend(
    options=OpenAIVlmOptions, create=create, calls_models=True, extra="generate", packages=("openai", "aiohttp")
)
