"""What stands on the server: the tasks of a project, as they were when it was looked."""

from collections.abc import Collection, Mapping

from corpusbuilder.backends.labelstudio.client import RemoteProject, RemoteTask


class Standing:
    """Our tasks on the server by their keys; of several with one key that on which most was done."""

    def __init__(self, project: RemoteProject | None) -> None:
        """Look at a project, or at nothing where there is none yet.

        Raises:
            BackendError: the server cannot be used.
        """
        self._project = project
        self._by_key: dict[str, RemoteTask] = {}
        self._doubles: set[int] = set()
        self.listed = 0
        """Number of tasks, those of other people included."""
        self.deleted = 0
        """How many of them were deleted since."""
        self.look()

    @property
    def by_key(self) -> Mapping[str, RemoteTask]:
        """Our tasks."""
        return self._by_key

    def look(self) -> None:
        """List the tasks anew.

        Raises:
            BackendError: the server cannot be used.
        """
        self._by_key, self._doubles, self.listed = {}, set(), 0
        for task in self._project.tasks() if self._project else ():
            self.listed += 1
            if not (task.example_id and task.version):
                continue  # somebody else's
            other = self._by_key.setdefault(task.example_id, task)
            if other is not task:
                kept, double = (task, other) if work_on(task) > work_on(other) else (other, task)
                self._by_key[task.example_id] = kept
                if not work_on(double):
                    self._doubles.add(double.id)

    def delete_doubles(self) -> int:
        """Delete tasks that repeat others, which come of a request whose answer was lost; returns how many."""
        return self.delete(self._doubles)

    def delete(self, ids: Collection[int]) -> int:
        """Delete tasks, unless somebody has begun since they were listed; returns how many."""
        if not ids or self._project is None:
            return 0
        untouched = [task.id for task in self._project.tasks() if task.id in ids and not work_on(task)]
        self._project.remove(untouched)
        self.deleted += len(untouched)
        return len(untouched)


def work_on(task: RemoteTask) -> int:
    """How much people have done on a task."""
    return task.annotations + task.drafts
