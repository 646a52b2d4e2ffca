"""The scripted model behind the passes of a model teacher."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.base import Sampling
from corpusbuilder.backends.teachers.base import GenerationRequest, TeacherAnswer
from corpusbuilder.backends.teachers.modelled import ModelTeacher
from corpusbuilder.backends.teachers.scripted import ScriptedOptions
from corpusbuilder.backends.teachers.scripted.model import ScriptedModel


class ScriptedTeacher:
    """Tells its model of each unit before it is asked about it.

    Raises:
        MissingInputError, ConfigError: the script is missing or not as it should be.
    """

    task: ClassVar[str] = ModelTeacher.task

    def __init__(self, options: ScriptedOptions, access: Access) -> None:
        self._model = ScriptedModel(options)
        self._teacher = ModelTeacher(access, lambda _: self._model, options.passes(Sampling()), options.price)

    def complete(self, requests: Sequence[GenerationRequest]) -> Iterator[TeacherAnswer]:
        """See `ModelTeacher.complete`."""
        for request in requests:
            self._model.know(request)
        for answer in self._teacher.complete(requests):
            self._model.forget(answer.unit_id)
            yield answer
