"""The stage that writes questions, answers and reasoning."""

from corpusbuilder.stages.generate.stage import GenerateStage

__all__ = ["GenerateStage"]
