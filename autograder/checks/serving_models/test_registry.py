"""Hidden checks of serving models: a registry of versions (tf2.19.9)."""

from autograder.checks.serving_models.inputs import Models, registered
from autograder.testing import check


def _names(rng, n):
    """Names of versions, in no order, and their models: file, factor and addend of each."""
    names = [f"v{number}" for number in rng.choice(900, n, replace=False)]
    numbers = {f"file {rng.integers(10**6)} of {name}": rng.integers(1, 90, 2).astype(float).tolist() for name in names}
    return names, list(numbers), numbers


def _done(student, numbers, steps):
    """What each step gives, and what was loaded."""
    found, loads = student.probe_(registered)(student.ModelRegistry, student.probe_(Models), numbers, steps)
    return list(found), list(loads)


def _says(numbers, file):
    """What the model of a file says of the row [1]."""
    factor, addend = numbers[file]
    return [factor + addend]


@check("tf2.19.9", core=True, hint="A dictionary of models by version, and the name of the active one.")
def test_versions_are_published_and_activated(student, rng):
    """Published versions are listed, the active one is what was activated last, and each name has its own model."""
    names, files, numbers = _names(rng, 4)
    steps = [["active"], ["versions"]]
    steps += [["publish", name, file] for name, file in zip(names, files, strict=True)]
    steps += [
        ["active"],
        ["versions"],
        ["activate", names[2]],
        ["active"],
        ["ask"],
        ["activate", names[0]],
        ["active"],
        ["ask"],
    ]
    steps += [["ask", name] for name in names] + [["versions"]]
    found, _ = _done(student, numbers, steps)
    says = {name: [name, _says(numbers, file)] for name, file in zip(names, files, strict=True)}
    assert found[:2] == [None, []]
    assert found[6:8] == [None, names]
    assert found[9] == names[2] and found[10] == says[names[2]]
    assert found[12] == names[0] and found[13] == says[names[0]]
    assert found[14:18] == [says[name] for name in names]
    assert found[18] == names


@check("tf2.19.9", core=True, hint="Call `load` in `publish`, and nowhere else.")
def test_each_version_is_loaded_once(student, rng):
    """`load` is called once for each version, with its path, when it is published: never to activate it, to roll back
    or to answer."""
    names, files, numbers = _names(rng, 3)
    publish = [["publish", name, file] for name, file in zip(names, files, strict=True)]
    assert _done(student, numbers, publish)[1] == files
    steps = [
        ["activate", names[1]],
        ["ask"],
        ["ask"],
        ["activate", names[2]],
        ["ask"],
        ["rollback"],
        ["ask"],
        ["ask", names[0]],
    ]
    assert _done(student, numbers, [*publish, *steps])[1] == files


@check("tf2.19.9", core=True, weight=2, hint="Keep all activations in a list: rolling back takes the last one off.")
def test_rollback_undoes_activations(student, rng):
    """Each rollback undoes one activation, whatever was activated and undone before, and every version stays."""
    names, files, numbers = _names(rng, 4)
    steps = [["publish", name, file] for name, file in zip(names, files, strict=True)]
    steps += [["activate", name] for name in names[:3]]
    wanted, history = [None] * 7, names[:3]
    for _ in range(14):
        if len(history) > 1 and rng.random() < 0.55:
            history.pop()
            steps.append(["rollback"])
            wanted.append(history[-1])
        else:
            history.append(str(rng.choice([name for name in names if name != history[-1]])))
            steps.append(["activate", history[-1]])
            wanted.append(None)
        steps += [["active"], ["ask"]]
        wanted += [history[-1], [history[-1], _says(numbers, files[names.index(history[-1])])]]
    found, _ = _done(student, numbers, [*steps, ["versions"]])
    for step, value, right in zip(steps, found, wanted, strict=False):
        if step[0] in ("rollback", "active", "ask"):
            assert value == right
    assert found[-1] == names


@check("tf2.19.9", hint="Look at what is active before you write down an activation.")
def test_activated_twice_is_activated_once(student, rng):
    """To activate the active version is no activation, and without an earlier one there is nothing to go back to."""
    (one, two), files, numbers = _names(rng, 2)
    steps = [["publish", one, files[0]], ["publish", two, files[1]], ["activate", one], ["rollback"], ["active"]]
    steps += [
        ["activate", two],
        ["activate", two],
        ["activate", two],
        ["rollback"],
        ["active"],
        ["rollback"],
        ["active"],
    ]
    found, _ = _done(student, numbers, steps)
    assert found[3:5] == ["raises RuntimeError", one]
    assert found[8:] == [one, one, "raises RuntimeError", one]


@check("tf2.19.9", hint="Raise before you change anything.")
def test_unknown_and_known_versions(student, rng):
    """An unknown version is a `KeyError`, no active one a `RuntimeError`, a name that is taken a `ValueError`; none of
    them changes or loads anything."""
    (one, two), files, numbers = _names(rng, 2)
    steps = [
        ["ask"],
        ["rollback"],
        ["activate", one],
        ["publish", one, files[0]],
        ["ask"],
        ["ask", two],
        ["activate", one],
    ]
    steps += [["activate", two], ["active"], ["publish", one, files[1]], ["ask"], ["versions"], ["ask", two]]
    found, loads = _done(student, numbers, steps)
    assert found[:3] == ["raises RuntimeError", "raises RuntimeError", "raises KeyError"]
    assert found[4:6] == ["raises RuntimeError", "raises KeyError"]
    assert found[7:10] == ["raises KeyError", one, "raises ValueError"]
    assert found[10:] == [[one, _says(numbers, files[0])], [one], "raises KeyError"]
    assert loads == files[:1]


@check("tf2.19.9", hint="Enter a version into the dictionary once its model is loaded.")
def test_a_file_that_fails_is_no_version(student, rng):
    """What `load` raises comes out of `publish`; the version is not there then, and can be published afterwards."""
    (one, two), files, numbers = _names(rng, 2)
    steps = [["publish", one, files[0]], ["activate", one], ["publish", two, "no such file"], ["versions"], ["ask"]]
    steps += [["ask", two], ["activate", two], ["publish", two, files[1]], ["activate", two], ["ask"], ["rollback"]]
    found, _ = _done(student, numbers, steps)
    assert found[2:4] == ["raises FileNotFoundError", [one]]
    assert found[4:7] == [[one, _says(numbers, files[0])], "raises KeyError", "raises KeyError"]
    assert found[9:] == [[two, _says(numbers, files[1])], one]
