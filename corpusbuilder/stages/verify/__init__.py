"""verify: named checks on every example, and a verdict."""

from corpusbuilder.stages.verify.stage import VerifyStage

__all__ = ["VerifyStage"]
