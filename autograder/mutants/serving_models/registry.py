"""Serving models, a registry of versions (tf2.19.9): wrong answers, and right ones."""

import threading
from pathlib import Path

from autograder.testing import alternative, mutant
from solutions.serving_models.registry import ModelRegistry


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_versions_are_published_and_activated")
class ActiveAtOnce(ModelRegistry):
    """You activate a version by publishing it: nobody has looked at it yet."""

    def publish(self, version, path):
        super().publish(version, path)
        self.activate(version)


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_versions_are_published_and_activated")
class Sorted(ModelRegistry):
    """You sort the versions: "v10" comes after "v9", and their order is that of publishing."""

    @property
    def versions(self):
        return sorted(super().versions)


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_versions_are_published_and_activated")
class NewestAnswers(ModelRegistry):
    """You always answer with the newest version: the active one is asked for."""

    def model(self, version=None):
        if version is None and self.active is not None:
            version = self.versions[-1]
        return super().model(version)


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_each_version_is_loaded_once")
class LoadsForEachRequest(ModelRegistry):
    """You load the file for each request: load once, and keep the model."""

    def publish(self, version, path):
        super().publish(version, path)
        self.paths = {**getattr(self, "paths", {}), version: path}

    def model(self, version=None):
        name, _ = super().model(version)
        return name, self._load(self.paths[name])


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_each_version_is_loaded_once")
class LoadsToActivate(ModelRegistry):
    """You load a version anew to activate it: clients wait, and its file may be another one by now."""

    def publish(self, version, path):
        super().publish(version, path)
        self.paths = {**getattr(self, "paths", {}), version: path}

    def activate(self, version):
        super().activate(version)
        self._models[version] = self._load(self.paths[version])


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_each_version_is_loaded_once")
class TriesTheLoad(ModelRegistry):
    """You load each file twice, once to see whether it can be."""

    def publish(self, version, path):
        if version not in self._models:
            self._load(path)
        super().publish(version, path)


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_rollback_undoes_activations")
class RemembersOne(ModelRegistry):
    """You remember one version only, so that a second rollback goes forward again: keep all activations."""

    def rollback(self):
        if len(self._history) < 2:
            raise RuntimeError("no version before")
        self._history[-1], self._history[-2] = self._history[-2], self._history[-1]
        return self._history[-1]


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_rollback_undoes_activations")
class ByOrderOfPublishing(ModelRegistry):
    """You go back to the version that was published before: the one that was active before is asked for."""

    def rollback(self):
        place = self.versions.index(self.active) if self.active else 0
        if len(self._history) < 2:
            raise RuntimeError("no version before")
        self._history.pop()
        self._history[-1] = self.versions[max(place - 1, 0)]
        return self._history[-1]


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_rollback_undoes_activations")
class DeletesTheBadOne(ModelRegistry):
    """You delete the version that is rolled back: somebody will want to know what was wrong with it."""

    def rollback(self):
        bad, good = self.active, super().rollback()
        self._models.pop(bad)
        return good


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_rollback_undoes_activations")
class SaysWhatWasUndone(ModelRegistry):
    """You return the version that was undone: the one that is active now is asked for."""

    def rollback(self):
        bad = self.active
        super().rollback()
        return bad


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_activated_twice_is_activated_once")
class CountsTwice(ModelRegistry):
    """Who activates the active version once more has then to roll back twice: that is no activation."""

    def activate(self, version):
        if version not in self._models:
            raise KeyError(version)
        self._history.append(version)

    def rollback(self):
        if len(set(self._history)) < 2:
            raise RuntimeError("no version before")
        return super().rollback()


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_activated_twice_is_activated_once")
class BackToNothing(ModelRegistry):
    """A rollback of the first activation leaves no version active: raise `RuntimeError` and change nothing."""

    def rollback(self):
        if not self._history:
            raise RuntimeError("no version before")
        self._history.pop()
        return self.active


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_unknown_and_known_versions")
class WritesOver(ModelRegistry):
    """You let a version be published again: what answered yesterday under its name is gone."""

    def publish(self, version, path):
        self._models[version] = self._load(path)


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_unknown_and_known_versions")
class ActivatesWhatIsNotThere(ModelRegistry):
    """You activate a version that was never published: every request fails from then on."""

    def activate(self, version):
        if version != self.active:
            self._history.append(version)


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_unknown_and_known_versions")
class FallsBack(ModelRegistry):
    """For an unknown version you silently answer with the active one."""

    def model(self, version=None):
        return super().model(version if version in self._models or self.active is None else None)


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_unknown_and_known_versions")
class LoadsFirst(ModelRegistry):
    """You load a file before you see that its version is there already."""

    def publish(self, version, path):
        model = self._load(path)
        if version in self._models:
            raise ValueError(version)
        self._models[version] = model


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_a_file_that_fails_is_no_version")
class EnteredFirst(ModelRegistry):
    """You enter a version before its file is loaded: if that fails, it is there and has no model."""

    def publish(self, version, path):
        if version in self._models:
            raise ValueError(version)
        self._models[version] = None
        self._models[version] = self._load(path)


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_a_file_that_fails_is_no_version")
class Swallows(ModelRegistry):
    """You swallow what `load` raises: who publishes has to learn that it has failed."""

    def publish(self, version, path):
        if version in self._models:
            raise ValueError(version)
        try:
            self._models[version] = self._load(path)
        except Exception as error:
            print(error)


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_loading_holds_up_no_request")
class LockedWhileLoading(ModelRegistry):
    """You hold the lock while a file is loaded: all requests wait for it."""

    def publish(self, version, path):
        if version in self._models:
            raise ValueError(version)
        with self._lock:
            self._models[version] = self._load(path)


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_loading_holds_up_no_request")
class LazyRegistry(ModelRegistry):
    """You list a version before its model is loaded."""

    loading = None

    def publish(self, version, path):
        self.loading = version
        try:
            super().publish(version, path)
        finally:
            self.loading = None

    @property
    def versions(self):
        found = super().versions
        return [*found, self.loading] if self.loading and self.loading not in found else found


@mutant("tf2.19.9", replaces="ModelRegistry", fails="test_no_request_is_lost_in_an_update")
class ClosedForAMoment(ModelRegistry):
    """There is a moment, while you switch, at which no version is active: requests that come then are lost."""

    def activate(self, version):
        if version not in self._models:
            raise KeyError(version)
        if version == self.active:
            return
        import time

        before, self._history = self._history, []
        time.sleep(0.3)
        self._history = [*before, version]


@alternative("tf2.19.9", replaces="ModelRegistry")
class WithoutALock:
    """One tuple that is replaced as a whole, which needs no lock."""

    def __init__(self, load):
        self.load = load
        self.state = ((), ())  # (version, model) pairs, names that were activated

    @property
    def versions(self):
        return [name for name, _ in self.state[0]]

    @property
    def active(self):
        return self.state[1][-1] if self.state[1] else None

    def publish(self, version, path):
        if version in dict(self.state[0]):
            raise ValueError(version)
        pair = (version, self.load(path))
        self.state = ((*self.state[0], pair), self.state[1])

    def activate(self, version):
        pairs, history = self.state
        dict(pairs)[version]
        if history[-1:] != (version,):
            self.state = (pairs, (*history, version))

    def rollback(self):
        pairs, history = self.state
        if len(history) < 2:
            raise RuntimeError("nothing to undo")
        self.state = (pairs, history[:-1])
        return history[-2]

    def model(self, version=None):
        pairs, history = self.state
        if version is None:
            if not history:
                raise RuntimeError("nothing is active")
            version = history[-1]
        return version, dict(pairs)[version]


class NotThere(KeyError):
    """An error of one's own."""


class NoneActive(RuntimeError):
    """Another one."""


@alternative("tf2.19.9", replaces="ModelRegistry")
class LinkedActivations:
    """Activations that know the one before; a lock that may be taken twice; paths as such, and errors of its own."""

    def __init__(self, load):
        self.load, self.models, self.last, self.lock = load, {}, None, threading.RLock()

    versions = property(lambda self: tuple(self.models))
    active = property(lambda self: self.last[0] if self.last else None)

    def publish(self, version, path):
        with self.lock:
            taken = version in self.models
        if taken:
            raise ValueError("taken")
        model = self.load(Path(path))
        with self.lock:
            self.models = {**self.models, version: model}

    def activate(self, version):
        with self.lock:
            if version not in self.models:
                raise NotThere(version)
            if self.active != version:
                self.last = (version, self.last)

    def rollback(self):
        with self.lock:
            if self.last is None or self.last[1] is None:
                raise NoneActive("at the beginning")
            self.last = self.last[1]
            return self.last[0]

    def model(self, version=None):
        with self.lock:
            if version is None and self.last is None:
                raise NoneActive("not activated")
            name = version or self.active
            return name, self.models[name]
