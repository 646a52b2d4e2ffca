"""The configuration: TOML, frozen, closed. Precedence: flag > ``CORPUSBUILDER_*`` > file > default.

Secrets are named, never held: ``api_key_env = "OPENAI_API_KEY"``.
"""

from corpusbuilder.config.loading import ENV_PREFIX, FILE_NAME, load
from corpusbuilder.config.sections import (
    Config,
    CorpusSection,
    GenerateSection,
    GroundSection,
    Language,
    ParseSection,
    ReleaseSection,
    ReviewSection,
    Section,
    Splits,
    VerifySection,
)

__all__ = [
    "ENV_PREFIX",
    "FILE_NAME",
    "Config",
    "CorpusSection",
    "GenerateSection",
    "GroundSection",
    "Language",
    "ParseSection",
    "ReleaseSection",
    "ReviewSection",
    "Section",
    "Splits",
    "VerifySection",
    "load",
]
