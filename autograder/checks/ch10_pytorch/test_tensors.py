"""Hidden checks of chapter 10: tensors (p.10.1 to p.10.3)."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.testing import check
from autograder.testing.closed import choice, chosen


def _converted(to_numpy: "Any", values: "Any", dtype: "Any", recorded: "Any") -> "Any":
    """Make a tensor in the student's process, which may require gradients or be recorded, and have it converted."""
    import numpy as np
    import torch

    x = torch.tensor(values, dtype=getattr(torch, dtype), requires_grad=recorded)
    try:
        found = to_numpy(2 * x if recorded else x)
    except TypeError:  # of NumPy, for a type that it lacks: as a reply it is told from other slips
        return {"kind": False}
    return {"values": found, "kind": type(found) is np.ndarray}


def _left(to_numpy: "Any", values: "Any", dtype: "Any") -> "Any":
    """Have a tensor that requires gradients and one that comes of it converted; tell what is left of both."""
    import torch

    x = torch.tensor(values, dtype=getattr(torch, dtype), requires_grad=True)
    y = 3 * x
    to_numpy(y)
    to_numpy(x)
    told = {"leaf": x.requires_grad, "result": y.requires_grad, "type": str(y.dtype), "values": y.detach().float()}
    if y.requires_grad and x.requires_grad:
        y.sum().backward()
        told["grad"] = x.grad.float()
    return told


@check("p.10.1", core=True, hint="What has to be left behind before NumPy can take a tensor: its record, its device?")
def test_values_as_an_array(student, rng):
    """You return a NumPy array with the tensor's values, shape and type, also where gradients are recorded."""
    cases = [("float32", False), ("float32", True), ("float64", True), ("float16", False)]
    cases += [(kind, False) for kind in ("int64", "int32", "uint8")]
    tables = [rng.integers(0, 9, (2, 3, 2)) if "int" in kind else rng.normal(size=(3, 4)) for kind, _ in cases]
    found = [
        student.probe_(_converted)(student.to_numpy, table.tolist(), kind, recorded)
        for table, (kind, recorded) in zip(tables, cases, strict=True)
    ]
    for told, table, (kind, recorded) in zip(found, tables, cases, strict=True):
        assert told["kind"] is True and told["values"].dtype == np.dtype(kind)
        assert_array_equal(told["values"], (table * (2 if recorded else 1)).astype(kind))


@check("p.10.1", hint="What is the difference between `detach` and `detach_`? Whose tensor is it?")
def test_tensor_keeps_its_record(student, rng):
    """The tensor that you were given stays as it is: it requires gradients as before, and they flow through it."""
    table = rng.integers(-9, 9, (3, 2)).astype(np.float32)
    told = [student.probe_(_left)(student.to_numpy, table.tolist(), dtype) for dtype in ("float32", "bfloat16")]
    for found, dtype in zip(told, ("float32", "bfloat16"), strict=True):
        assert found["leaf"] is True and found["result"] is True and found["type"] == f"torch.{dtype}"
        assert_array_equal(np.asarray(found["values"]), 3 * table)
        assert_array_equal(np.asarray(found["grad"]), np.full((3, 2), 3))


@check("p.10.1", hint="Try `torch.ones(2, dtype=torch.bfloat16).numpy()`. Which type holds all of its values?")
def test_a_type_that_numpy_lacks(student, rng):
    """Of a tensor of bfloat16 you return an array of float32 with exactly its values."""
    values = torch.from_numpy(1e5 * rng.normal(size=(3, 5))).to(torch.bfloat16).float()
    found = student.probe_(_converted)(student.to_numpy, values.tolist(), "bfloat16", True)
    assert found["kind"] is True and found["values"].dtype == np.float32
    assert_array_equal(found["values"], 2 * values.numpy())


@check("p.10.1", hint="Which of them have you done with NumPy already?")
def test_what_is_new(student, rng):
    """You chose all that PyTorch has and NumPy lacks, and nothing else."""
    chosen(choice(student, "P_10_1_CHOICE", "to_numpy", torch.ones(2)), "abcdefgh", right="bdeg")


def _in_place(function: "Any", table: "Any", column: "Any") -> "Any":
    """Apply a function to a column of a table; tell what it returned, and whether that was the column itself."""
    import torch

    table = torch.tensor(table)
    part = table[:, column]
    found = function(part)
    return {"values": found.clone(), "itself": found is part, "table": table}


@check("p.10.2", core=True, hint="x / (1 + |x|), by operations that make a new tensor.")
def test_squash_makes_a_new_tensor(student, rng):
    """`squash` returns x / (1 + |x|) of each value, and leaves alone what it was given."""
    for shape in ((7,), (3, 4), ()):
        x = rng.normal(0, 3, shape).astype(np.float32)
        found, (after,) = student.watch_("squash", torch.from_numpy(np.array(x)))
        assert_allclose(np.asarray(found), x / (1 + np.abs(x)), rtol=1e-5, atol=1e-6)
        assert_array_equal(np.asarray(after), x)


@check("p.10.2", core=True, hint="`x = …` gives a name to another tensor. Which methods change the tensor itself?")
def test_squash_in_place(student, rng):
    """`squash_` changes the tensor that it was given, also where that is a column of a larger one."""
    table, column = rng.normal(0, 3, (4, 3)).astype(np.float32), int(rng.integers(3))
    wanted = table.copy()
    wanted[:, column] /= 1 + np.abs(table[:, column])
    found = student.probe_(_in_place)(student.squash_, table.tolist(), column)
    assert_allclose(np.asarray(found["table"]), wanted, rtol=1e-5, atol=1e-6)


@check("p.10.2", hint="What does `x.exp_()` return? Is it x?")
def test_squash_in_place_returns_the_tensor(student, rng):
    """`squash_` returns the very tensor that it has changed, so that calls can be chained."""
    table, column = rng.normal(0, 3, (4, 3)).astype(np.float32), int(rng.integers(3))
    found = student.probe_(_in_place)(student.squash_, table.tolist(), column)
    wanted = table[:, column] / (1 + np.abs(table[:, column]))
    assert_allclose(np.asarray(found["values"]), wanted, rtol=1e-5, atol=1e-6)
    assert found["itself"] is True


@check("p.10.2", hint="Try each of them out with a small tensor.")
def test_sentences_on_underscores(student, rng):
    """You chose all true sentences, and no other."""
    chosen(choice(student, "P_10_2_CHOICE", "squash", torch.ones(2)), "abcdef", right="abd")


def _places(function: "Any", shape: "Any", value: "Any", device: "Any") -> "Any":
    """Call a function; tell on which devices tensors were, in the order of the operations, and where the result is."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    seen: list[str] = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, operation: "Any", types: "Any", args: "Any" = (), kwargs: "Any" = None) -> "Any":
            found = operation(*args, **(kwargs or {}))
            if isinstance(found, torch.Tensor):
                seen.append(found.device.type)
            return found

    with Watch():
        found = function(shape, value, device)
    return {"seen": seen, "device": found.device.type, "dtype": str(found.dtype), "shape": list(found.shape)}


def _holds_value(ask: Any, rng: np.random.Generator) -> None:
    shape = tuple(int(n) for n in rng.integers(1, 5, 2))
    value = float(2 * rng.integers(-4, 4) + 1) / 4  # neither 0 nor 1, nor whole
    found = ask(shape, value, "cpu")
    assert isinstance(found, torch.Tensor) and found.dtype == torch.float32
    assert_array_equal(found.numpy(), np.full(shape, value, dtype=np.float32))


def _placed(student: Any, ask: Any, rng: np.random.Generator) -> list[str]:
    """Ask for a tensor on PyTorch's device for tensors without values; return where it has been."""
    shape = tuple(int(n) for n in rng.integers(1, 5, 2))
    found = student.probe_(_places)(ask, shape, 0.5, "meta")
    assert found["device"] == "meta" and found["dtype"] == "torch.float32" and found["shape"] == list(shape)
    return list(found["seen"])


@check("p.10.3", core=True, hint="Functions that make tensors take the device as an argument.")
def test_made_on_the_device(student, rng):
    """`made_there` returns the value at every place as float32, on the device that it was given, and no tensor was on
    the CPU before."""
    _holds_value(student.made_there, rng)
    assert "cpu" not in _placed(student, student.made_there, rng)


@check("p.10.3", core=True, hint="Which method moves a tensor, and where is the moved one to be found?")
def test_moved_to_the_device(student, rng):
    """`moved_there` returns the same by way of a tensor on the CPU, which is then moved to the device."""
    _holds_value(student.moved_there, rng)
    assert "cpu" in _placed(student, student.moved_there, rng)
