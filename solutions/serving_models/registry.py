"""Serving models, a registry of versions (tf2.19.9): the answers."""

import threading
from collections.abc import Callable
from pathlib import Path

from solutions.serving_models.files import Model


class ModelRegistry:
    """The versions of one model, in memory, one of which is active.

    It is used from several threads at once: requests go on being answered by the active
    version while another one is published, however long loading takes.

    Parameters
    ----------
    load : called with a path; returns the model, a function of rows, as `load_network`
        does. It is called once for each version, when that is published.

    Examples
    --------
    >>> registry = ModelRegistry(load=lambda path: lambda X: X * len(path))
    >>> registry.publish("v1", "a")
    >>> registry.publish("v2", "bb")
    >>> registry.versions, registry.active
    (['v1', 'v2'], None)
    >>> registry.activate("v1")
    >>> registry.activate("v2")
    >>> registry.rollback(), registry.active
    ('v1', 'v1')
    >>> version, model = registry.model("v2")
    >>> version, model(np.ones((1, 2))).tolist()
    ('v2', [[2.0, 2.0]])
    """

    def __init__(self, load: Callable[[str | Path], Model]) -> None:
        self._load = load
        self._models: dict[str, Model] = {}
        self._history: list[str] = []  # what was activated, the active one last
        self._lock = threading.Lock()

    @property
    def versions(self) -> list[str]:
        """The names of all published versions, in the order of publishing."""
        return list(self._models)

    @property
    def active(self) -> str | None:
        """The name of the active version; None if none has been activated yet."""
        return self._history[-1] if self._history else None

    def publish(self, version: str, path: str | Path) -> None:
        """Load a version and keep it. It is not active by that.

        Raises
        ------
        ValueError : there is a version of this name already; nothing is loaded then,
            since a version never changes.
        Exception : what `load` has raised; the version is not there then, and may be
            published once more.
        """
        if version in self._models:
            raise ValueError(f"version {version!r} is there already")
        model = self._load(path)
        with self._lock:
            if version in self._models:
                raise ValueError(f"version {version!r} is there already")
            self._models[version] = model

    def activate(self, version: str) -> None:
        """Let a published version answer from now on. One that is active stays so, and
        this does not count as an activation.

        Raises
        ------
        KeyError : no such version; the active one stays active.
        """
        if version not in self._models:
            raise KeyError(version)
        with self._lock:
            if version != self.active:
                self._history.append(version)

    def rollback(self) -> str:
        """Undo the last activation that has not been undone, and return which version
        is active then. Called again, it undoes the one before. All versions stay
        published.

        Raises
        ------
        RuntimeError : there is no activation before the last one; nothing changes.
        """
        with self._lock:
            if len(self._history) < 2:
                raise RuntimeError("there is no version to go back to")
            self._history.pop()
            return self._history[-1]

    def model(self, version: str | None = None) -> tuple[str, Model]:
        """Return a version's name and its model, which belong together; None: the
        active version's.

        Raises
        ------
        KeyError : no such version.
        RuntimeError : None is given, and no version has been activated.
        """
        with self._lock:
            name = self.active if version is None else version
            if name is None:
                raise RuntimeError("no version is active")
            return name, self._models[name]
