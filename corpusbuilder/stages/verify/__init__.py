"""verify: named checks on every example, and a verdict."""

from corpusbuilder.stages.verify.stage import VerifyAgain, VerifyStage

__all__ = ["VerifyAgain", "VerifyStage"]
