"""Verified and reviewed examples -> a dataset folder that `datasets.load_dataset` reads."""

from corpusbuilder.records.release import SPLITS
from corpusbuilder.stages.release.assembling import DocumentInput
from corpusbuilder.stages.release.features import CONFIGS, features_by_config
from corpusbuilder.stages.release.stage import NAME, VERSION, ReleaseSummary, build_release, fingerprint
from corpusbuilder.stages.release.versions import FIRST_VERSION, settled

__all__ = [
    "CONFIGS",
    "FIRST_VERSION",
    "NAME",
    "SPLITS",
    "VERSION",
    "DocumentInput",
    "ReleaseSummary",
    "build_release",
    "features_by_config",
    "fingerprint",
    "settled",
]
