"""Serving models, a version of a model as a file (tf2.19.9): wrong answers, and right ones."""

import json
import pickle
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load, load_file, save_file
from torch import nn

from autograder.testing import alternative, mutant
from solutions.serving_models.files import load_network as right_load
from solutions.serving_models.files import save_network as right_save


def _layers(path):
    tensors = load(Path(path).read_bytes())
    numbers = sorted(int(name.split(".")[0]) for name in tensors if "weight" in name)
    return [(tensors[f"{number}.weight"], tensors[f"{number}.bias"]) for number in numbers]


class Layers:
    """A model of layers that mutants change a step of."""

    def __init__(self, layers):
        self.layers = layers

    def __call__(self, X):
        X = np.asarray(X, dtype=np.float32)
        if X.ndim != 2 or X.shape[1] != self.layers[0][0].shape[1]:
            raise ValueError("rows of another width")
        Z = torch.from_numpy(X)
        for number, (weight, bias) in enumerate(self.layers):
            Z = Z @ weight.T + bias
            Z = self.between(Z, number == len(self.layers) - 1)
        return self.after(Z)

    def between(self, Z, last):
        return Z if last else Z.relu()

    def after(self, Z):
        return Z.numpy().astype(np.float64)


@mutant("tf2.19.9", replaces="load_network", fails="test_network_comes_back_from_its_file")
def relu_at_the_end(path):
    """After the last layer there is no ReLU: a prediction may be negative."""

    class Model(Layers):
        def between(self, Z, last):
            return Z.relu()

    return Model(_layers(path))


@mutant("tf2.19.9", replaces="load_network", fails="test_network_comes_back_from_its_file")
def no_relu(path):
    """The file has no ReLU, for that has no weights: you have to put it between the layers yourself."""

    class Model(Layers):
        def between(self, Z, last):
            return Z

    return Model(_layers(path))


@mutant("tf2.19.9", replaces="load_network", fails="test_network_comes_back_from_its_file")
def in_the_order_of_words(path):
    """Sorted as words, "10" comes before "2": layers are in the order of their numbers."""
    tensors = load(Path(path).read_bytes())
    names = sorted(name.removesuffix(".weight") for name in tensors if name.endswith(".weight"))
    return Layers([(tensors[f"{name}.weight"], tensors[f"{name}.bias"]) for name in names])


@mutant("tf2.19.9", replaces="load_network", fails="test_network_comes_back_from_its_file")
def in_float32(path):
    """The predictions are float32: an array of float64 is asked for."""

    class Model(Layers):
        def after(self, Z):
            return Z.numpy()

    return Model(_layers(path))


@mutant("tf2.19.9", replaces="load_network", fails="test_network_comes_back_from_its_file")
def paths_alone(path):
    """A path may be a text: `Path(path)` has methods in any case."""
    return right_load(path.absolute())


@mutant("tf2.19.9", replaces="load_network", fails="test_network_comes_back_from_its_file")
def arrays_alone(path):
    """Your model takes arrays alone: rows may be a list of lists, so make an array of what comes."""
    right = right_load(path)
    return lambda X: right(X.astype(np.float32))


@mutant("tf2.19.9", replaces="save_network", fails="test_file_holds_tensors_and_nothing_else",
        also={"load_network": lambda path: Layers(_pickled(path))})  # fmt: skip
def a_pickle(network, path):
    """You pickle: whoever loads it, runs it."""
    Path(path).write_bytes(pickle.dumps({name: t.numpy() for name, t in network.state_dict().items()}))


def _pickled(path):
    state = {name: torch.from_numpy(a) for name, a in pickle.loads(Path(path).read_bytes()).items()}  # noqa: S301
    return [(state[name], state[name.replace("weight", "bias")]) for name in state if "weight" in name]


@mutant("tf2.19.9", replaces="save_network", fails="test_network_is_left_as_it_is")
def evaluated(network, path):
    """`network.eval()` stays: whoever goes on training has no dropout any more."""
    right_save(network.eval(), path)


@mutant("tf2.19.9", replaces="save_network", fails="test_network_is_left_as_it_is")
def trained_afterwards(network, path):
    """You call `train()` after saving, also where the network was in evaluation mode: it needs no change of mode."""
    right_save(network.eval(), path)
    network.train()


@mutant("tf2.19.9", replaces="save_network", fails="test_file_holds_tensors_and_nothing_else")
def as_float64(network, path):
    """You write float64: twice the size, and nothing gained."""
    save_file({name: tensor.double() for name, tensor in network.state_dict().items()}, path)


@mutant("tf2.19.9", replaces="load_network", fails="test_network_comes_back_from_its_file")
def in_half_precision(path):
    """You keep the weights in 16 bits: the predictions are others."""
    return Layers([(weight.half().float(), bias.half().float()) for weight, bias in _layers(path)])


@mutant("tf2.19.9", replaces="load_network", fails="test_rows_that_do_not_fit_are_refused")
def what_torch_raises(path):
    """Rows of another width raise torch's RuntimeError, which a server takes for its own fault."""
    layers, right = _layers(path), right_load(path)

    def model(X):
        if np.ndim(X) == 2 and np.shape(X)[1] != layers[0][0].shape[1]:
            raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
        return right(X)

    return model


@mutant("tf2.19.9", replaces="load_network", fails="test_rows_that_do_not_fit_are_refused")
def takes_one_row(path):
    """A row without brackets is taken for a table: two dimensions are asked for."""
    right = right_load(path)
    return lambda X: right(np.atleast_2d(X))


@mutant("tf2.19.9", replaces="load_network", fails="test_model_outlives_its_file")
def reads_each_time(path):
    """You read the file for each prediction: it may be gone, and it takes its time."""
    right_load(path)
    return lambda X: right_load(path)(X)


@mutant("tf2.19.9", replaces="load_network", fails="test_model_outlives_its_file")
def mapped(path):
    """`load_file` maps the file: whoever writes over it changes your model, or brings the server down. Copy."""
    tensors = load_file(path)
    numbers = sorted(int(name.split(".")[0]) for name in tensors if "weight" in name)
    return Layers([(tensors[f"{number}.weight"], tensors[f"{number}.bias"]) for number in numbers])


@mutant("tf2.19.9", replaces="load_network", fails="test_network_comes_back_from_its_file")
def begins_with_number_0(path):
    """You look for "0.weight": before the first linear layer there may be dropout, and then it has another number."""
    model = right_load(path)
    n_inputs = load(Path(path).read_bytes())["0.weight"].shape[1]

    def fitting(X):
        if np.ndim(X) != 2 or np.shape(X)[1] != n_inputs:
            raise ValueError(f"{n_inputs} columns")
        return model(X)

    return fitting


@mutant("tf2.19.9", replaces="load_network", fails="test_no_file_is_unpickled")
def torch_load_too(path):
    """You try `torch.load` without `weights_only` where the file is no safetensors: that runs what is in it."""
    try:
        return right_load(path)
    except Exception:
        state = torch.load(path, weights_only=False)
        return Layers([(state["0.weight"], state["0.bias"])])


@alternative("tf2.19.9", replaces="load_network")
def a_sequential(path):
    """As a module again."""
    tensors = load_file(path)
    shapes = [tensors[name].shape for name in sorted(tensors, key=lambda n: int(n.split(".")[0])) if "weight" in name]
    layers = [layer for shape in shapes for layer in (nn.Linear(shape[1], shape[0]), nn.ReLU())][:-1]
    network = nn.Sequential(*layers)
    values = [tensors[name] for name in sorted(tensors, key=lambda n: (int(n.split(".")[0]), n.endswith("bias")))]
    network.load_state_dict(dict(zip(network.state_dict(), values, strict=True)))

    @torch.inference_mode()
    def predict(X):
        X = torch.as_tensor(np.asarray(X, dtype=np.float32))
        if X.dim() != 2 or X.size(1) != shapes[0][1]:
            raise ValueError(f"columns: {shapes[0][1]}")
        return network.eval()(X).double().numpy()

    return predict


@alternative("tf2.19.9", replaces="save_network",
             also={"load_network": lambda path: Layers(_by_hand(path))})  # fmt: skip
def by_hand(network, path):
    """The format written and read byte by byte."""
    header, body = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in network.state_dict().items():
        data = tensor.numpy().astype("<f4").tobytes()
        offsets = [len(body), len(body) + len(data)]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": offsets}
        body += data
    text = json.dumps(header).encode()
    Path(path).write_bytes(len(text).to_bytes(8, "little") + text + body)


def _by_hand(path):
    data = Path(path).read_bytes()
    begin = 8 + int.from_bytes(data[:8], "little")
    header, found = json.loads(data[8:begin]), {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, end = entry["data_offsets"]
            values = np.frombuffer(data[begin + first : begin + end], "<f4").reshape(entry["shape"])
            found[name] = torch.from_numpy(values.copy())
    numbers = sorted({int(name.split(".")[0]) for name in found})
    return [(found[f"{number}.weight"], found[f"{number}.bias"]) for number in numbers]
