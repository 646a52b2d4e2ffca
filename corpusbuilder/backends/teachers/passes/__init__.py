"""A model teacher's passes: how a unit becomes requests, and how the answers become drafts."""

from corpusbuilder.backends.teachers.passes.settings import REVISION, PassSettings
from corpusbuilder.backends.teachers.passes.teacher import CIRCUMSTANCES, PassTeacher

__all__ = ["CIRCUMSTANCES", "REVISION", "PassSettings", "PassTeacher"]
