"""ground: every step to its exact evidence, or to none."""

from corpusbuilder.stages.ground.stage import GroundStage

__all__ = ["GroundStage"]
