"""Hidden checks of serving models: a version of a model as a file (tf2.19.9)."""

import json

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.testing import check


def _network(rng, sizes):
    """Weights and biases of a network's layers, float32."""
    pairs = zip(sizes[1:], sizes, strict=False)
    return [
        (rng.normal(0, n_in**-0.5, (n, n_in)).astype(np.float32), rng.normal(size=n).astype(np.float32))
        for n, n_in in pairs
    ]


def _said(layers, X):
    Z = np.asarray(X, dtype=np.float64)
    for number, (weight, bias) in enumerate(layers):
        Z = (np.maximum(Z, 0) if number else Z) @ weight.T.astype(np.float64) + bias
    return Z


def _written(save_network, layers, dropout, training, first=False):
    """Probe: a network with these layers in a file; the file, its content, the network's state and modes after it.
    There may be dropout behind each layer but the last, and before the first one."""
    import tempfile
    from pathlib import Path

    import torch
    from torch import nn

    parts = []
    for weight, bias in layers:
        linear = nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
        parts += [linear, nn.ReLU(), *([nn.Dropout(0.5)] if dropout else [])]
    parts = parts[: -2 if dropout else -1]
    network = nn.Sequential(*([nn.Dropout(0.5)] if first else []), *parts).train(training)
    path = Path(tempfile.mkdtemp()) / "network"
    save_network(network, path)
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    return (
        path,
        path.read_bytes(),
        state,
        sorted({part.training for part in network.modules()}),
        len(list(path.parent.iterdir())),
    )


def _loaded(load_network, path, as_text):
    """Probe: the model from a file."""
    return load_network(str(path) if as_text else path)


SIZES = ((3, 2), (4, 8, 3), (2, 6, 5, 1), (5, 30, 30, 30, 2), (3, 4, 4, 4, 4, 4, 2))


@check("tf2.19.9", core=True, hint="Evaluation mode: no dropout. Between two linear layers there is a ReLU, and none "
       "after the last.")  # fmt: skip
def test_network_comes_back_from_its_file(student, rng):
    """The model from the file predicts in float64 what the network does without dropout, wherever that stood, for
    arrays and lists, from a path or its text."""
    write = student.probe_(_written)
    for number, sizes in enumerate(SIZES):
        layers, X = _network(rng, sizes), rng.normal(size=(int(rng.integers(1, 9)), sizes[0]))
        path, *_ = write(student.save_network, layers, number % 2 == 1, True, number > 2)
        model = student.probe_(_loaded)(student.load_network, path, number % 2 == 1)
        found = model(X.tolist() if number % 2 else X)
        assert isinstance(found, np.ndarray) and found.dtype == np.float64 and found.shape == (len(X), sizes[-1])
        assert_allclose(found, _said(layers, X), rtol=1e-3, atol=1e-4)
        assert_allclose(model(X), found, rtol=1e-5, atol=1e-6)


@check("tf2.19.9", core=True, hint="`safetensors.torch.save_file(network.state_dict(), path)`.")
def test_file_holds_tensors_and_nothing_else(student, rng):
    """The file is in the safetensors format and has the tensors of `state_dict` under their names, in float32."""
    layers = _network(rng, (4, 8, 3))
    _, data, state, _, n_files = student.probe_(_written)(student.save_network, layers, True, False)
    assert n_files == 1
    begin = 8 + int.from_bytes(data[:8], "little")
    assert 8 < begin <= len(data)
    try:
        header = json.loads(data[8:begin])
    except ValueError:
        raise AssertionError("the file is not in the safetensors format") from None
    header.pop("__metadata__", None)
    assert header.keys() == state.keys()
    for name, entry in header.items():
        first, end = entry["data_offsets"]
        assert entry["dtype"] == "F32" and entry["shape"] == list(state[name].shape)
        assert_array_equal(np.frombuffer(data[begin + first : begin + end], "<f4"), state[name].numpy().ravel())


@check("tf2.19.9", hint="`network.eval()` is felt by whoever goes on training.")
def test_network_is_left_as_it_is(student, rng):
    """Saving changes neither the network's weights nor its mode, whichever it is."""
    layers = _network(rng, (4, 8, 3))
    for training in (True, False):
        _, _, state, modes, _ = student.probe_(_written)(student.save_network, layers, True, training)
        assert modes == [training]
        for (weight, bias), number in zip(layers, (0, 3), strict=True):
            assert_array_equal(state[f"{number}.weight"].numpy(), weight)
            assert_array_equal(state[f"{number}.bias"].numpy(), bias)


def _refused(save_network, load_network, write, layers, shapes):
    """Probe: whether a model raises ValueError for arrays of these shapes."""
    import numpy as np

    path, *_ = write(save_network, layers, False, False)
    model, said = load_network(path), []
    for shape in shapes:
        try:
            said.append(list(np.shape(model(np.ones(shape)))))
        except NotImplementedError:
            raise
        except Exception as error:
            said.append("ValueError" if isinstance(error, ValueError) else type(error).__name__)
    return said


@check("tf2.19.9", hint="Compare `X.shape` with the first layer's weight: torch itself raises a RuntimeError.")
def test_rows_that_do_not_fit_are_refused(student, rng):
    """Rows of another width, a single row and boxes of rows are a `ValueError`."""
    refuse = student.probe_(_refused)
    for n, layers in ((4, _network(rng, (4, 8, 3))), (1, _network(rng, (1, 2)))):
        shapes = [(2, n), (2, n + 1), (n,), (3, 2, n), (2, 0)]
        said = refuse(student.save_network, student.load_network, student.probe_(_written), layers, shapes)
        assert said == [[2, len(layers[-1][1])], *["ValueError"] * 4]


def _outlived(save_network, load_network, write, layers, X):
    """Probe: what a model says of rows before its file is written over, afterwards, and when it is gone."""
    path, data, *_ = write(save_network, layers, False, False)
    model = load_network(path)
    said = [model(X)]
    with open(path, "r+b") as file:  # in its place, and as long as before
        file.write(bytes(len(data)))
    said.append(model(X))
    path.unlink()
    return [*said, model(X)]


@check("tf2.19.9", hint="`load_file` maps the file into memory: `tensor.clone()` makes a copy, and so does "
       "`safetensors.torch.load(Path(path).read_bytes())`.")  # fmt: skip
def test_model_outlives_its_file(student, rng):
    """A model says what it said, after its file was written over or deleted."""
    layers, X = _network(rng, (4, 8, 3)), rng.normal(size=(5, 4))
    parts = [student.save_network, student.load_network, student.probe_(_written)]
    for found in student.probe_(_outlived)(*parts, layers, X):
        assert_allclose(found, _said(layers, X), rtol=1e-3, atol=1e-4)


def _loaded_bad_files(load_network, shown):
    """Probe: what comes of a file that is not there, one of text, a pickle and torch's own kind of file, and whether
    one of them has done something."""
    import os
    import pickle
    import tempfile

    import torch

    folder = tempfile.mkdtemp()

    class Trap:
        def __reduce__(self):
            return (open, (f"{folder}/sprung", "w"))

    with open(f"{folder}/pickle", "wb") as file:
        pickle.dump(Trap(), file)
    torch.save({"0.weight": Trap(), "0.bias": torch.ones(1)}, f"{folder}/torch")
    with open(f"{folder}/text", "w") as file:
        file.write("no tensors in here")
    said = []
    for name in shown:
        try:
            load_network(f"{folder}/{name}")
            said.append("loaded")
        except NotImplementedError:
            raise
        except Exception:
            said.append("refused")
    return said, os.path.exists(f"{folder}/sprung")


@check("tf2.19.9", hint="Neither `pickle` nor `torch.load`: who writes a pickle decides what runs when it is loaded.")
def test_no_file_is_unpickled(student, rng):
    """Files that are none of safetensors, pickles among them, raise an exception, and nothing in them is run."""
    said, sprung = student.probe_(_loaded_bad_files)(student.load_network, ["nothing", "text", "pickle", "torch"])
    assert said == ["refused"] * 4
    assert not sprung
