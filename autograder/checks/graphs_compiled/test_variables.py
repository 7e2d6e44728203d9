"""Hidden checks of graphs and compiled functions: what a model remembers and is given (tf1.09.5 to tf1.09.10)."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.graphs_compiled.inputs import all_chosen
from autograder.testing import StudentRaised, check
from autograder.testing.modules import built, outputs, tensor, weights_of

OWNERS = ("shared", "own copy")
KINDS = ("argument", "parameter", "buffer", "none of them")
ERRORS = ("error", "no error")
WAYS = ("another argument", "a forward hook", "an edited graph", "load_state_dict or copy_")


def _pair(layers, shared, how):
    """Probe: two modules of equal numbers; some layers of the second one are those of the first, in one way or other.

    "layer" is the same object, "parameters" two layers with the same parameters, "memory" two parameters over it.
    """
    import copy

    import torch
    from torch import nn

    one = nn.ModuleDict({name: nn.Linear(2, 2) for name in layers})
    for layer in one.values():
        layer.register_buffer("seen", torch.zeros(1))
    other = nn.ModuleDict()
    for place, name in shared.items():
        layer = copy.deepcopy(one[name])
        if how[place] == "layer":
            layer = one[name]
        elif how[place] == "parameters":
            layer.weight, layer.bias = one[name].weight, one[name].bias
        elif how[place] == "memory":
            layer.weight, layer.bias = nn.Parameter(one[name].weight.data), nn.Parameter(one[name].bias.data)
        other[place] = nn.Sequential(nn.ReLU(), layer)
    return one, other


@check("tf1.09.5", core=True, hint="Equal numbers are not the same memory. What is? Try `data_ptr()`.")
def test_shared_parameters_are_found(student, rng):
    """Parameters that share memory are paired by their names; copies that hold equal numbers and buffers are not."""
    names = ["a", "b", "c", "d", "e"]
    for ways in (["layer", "copy", "parameters", "memory"], ["copy"] * 4, ["memory", "memory", "copy", "layer"]):
        order = [str(name) for name in rng.permutation(names)[:4]]
        places = [f"p{n}" for n in rng.permutation(9)[:4]]
        shared, how = dict(zip(places, order, strict=True)), dict(zip(places, ways, strict=True))
        both = student.probe_(_pair)(names, shared, how)
        before = [weights_of(one) for one in both]
        found = student.shared_names(*both)
        for one, kept in zip(both, before, strict=True):
            for name, value in weights_of(one).items():
                assert_allclose(value, kept[name], atol=1e-5, err_msg="the parameters are others now")
        wanted = {
            (f"{shared[place]}.{part}", f"{place}.1.{part}")
            for place in places
            if how[place] != "copy"
            for part in ("weight", "bias")
        }
        assert len(found) == len(wanted)
        assert {tuple(pair) for pair in found} == wanted


@check(
    "tf1.09.5",
    hint="Who makes new memory? What does a fork do with the memory of the process, if nobody asked for more?",
)
def test_who_sees_a_change(student, rng):
    """All seven cases are as you say."""
    student.shared_names(*student.probe_(_pair)(["a"], {}, {}))
    mine = ("two programs", "forked", "deepcopy", "load_state_dict")
    both = ("threads", "share_memory_", "state_dict")
    right = dict.fromkeys(mine, OWNERS[1]) | dict.fromkeys(both, OWNERS[0])
    all_chosen(student.TF1_09_5_CHOICE, right, OWNERS)


def _network(sizes, where):
    """Probe: a network of layers of some sizes, on a device."""
    from itertools import pairwise

    import torch
    from torch import nn

    with torch.device(where):
        layers = [nn.Sequential(nn.Linear(m, n), nn.Tanh()) for m, n in pairwise(sizes)]
        return nn.Sequential(*layers, nn.LayerNorm(sizes[-1]), nn.Linear(sizes[-1], 2))


@check("tf1.09.6", core=True, hint="Memory first, then the seed, then each layer draws its own, in order.")
def test_a_model_comes_to_life(student, rng):
    """The model has just the values that it would have got if it had been made after setting the seed."""
    for n in (1, 3):
        sizes = [int(size) for size in rng.integers(2, 7, n + 1)]
        seed = int(rng.integers(2**31))
        model = student.materialise(student.probe_(_network)(sizes, "meta"), seed)
        torch.manual_seed(seed)
        wanted = {name: value.numpy() for name, value in _network(sizes, "cpu").state_dict().items()}
        found = weights_of(model)
        assert found.keys() == wanted.keys()
        for name, value in wanted.items():
            assert_array_equal(found[name], value)


def _same_object(materialise, model, seed):
    """Probe: whether a function gives back what it got."""
    return materialise(model, seed) is model


@check("tf1.09.6", hint="`to_empty` changes the model itself.")
def test_it_is_the_same_model(student, rng):
    """The model that comes back is the one that was given, so that whoever holds it has the values, too."""
    model = student.probe_(_network)([3, 4], "meta")
    assert student.probe_(_same_object)(student.materialise, model, 1) is True


def _scaled(rng, d):
    return rng.uniform(-50, 50, d), rng.uniform(0.5, 9, d)


@check("tf1.09.7", core=True, hint="Work one row out by hand, with the weights of `linear`.")
def test_columns_are_standardised(student, rng):
    """The output is that of the linear layer for standardised columns, of arrays or lists."""
    for d, n_outputs in ((2, 1), (5, 3)):
        mean, std = _scaled(rng, d)
        for numbers in ((mean, std), (mean.tolist(), std.tolist())):
            model = built(student, student.Standardised, rng, *numbers, n_outputs)
            X = mean + std * rng.normal(size=(6, d))
            state = weights_of(model)
            wanted = (X - mean) / std @ state["linear.weight"].T + state["linear.bias"]
            assert_allclose(outputs(model, X, shape=(6, n_outputs)), wanted, atol=1e-4)


def _names(model):
    """Probe: the names of what is trained."""
    return [name for name, value in model.named_parameters() if value.requires_grad]


@check("tf1.09.7", hint="`register_buffer` for what is kept and not trained.")
def test_what_is_kept_and_what_is_trained(student, rng):
    """Mean and deviation are in the model's state and are not trained; the linear layer is."""
    model = built(student, student.Standardised, rng, *_scaled(rng, 3), 2)
    assert sorted(model.state_dict()) == ["linear.bias", "linear.weight", "mean", "std"]
    assert sorted(student.probe_(_names)(model)) == ["linear.bias", "linear.weight"]


@check("tf1.09.7", hint="Is what `forward` uses what the state holds, or a second copy of it?")
def test_a_loaded_state_counts(student, rng):
    """A model that loads another one's state standardises as that one does."""
    one, other = (built(student, student.Standardised, rng, *_scaled(rng, 3), 2) for _ in range(2))
    X = rng.normal(0, 30, (5, 3))
    wanted = outputs(one, X, shape=(5, 2))
    other.load_state_dict(one.state_dict())
    assert_allclose(outputs(other, X, shape=(5, 2)), wanted, atol=1e-5)


@check("tf1.09.7", hint="Who gives it, at which moment? Is it changed by the optimiser?")
def test_what_each_thing_is(student, rng):
    """All seven things are what you say."""
    built(student, student.Standardised, rng, [0.0], [1.0], 1)
    words = {"pictures": 0, "weights": 1, "running mean": 2, "mask": 0, "vocabulary mean": 2, "embedding": 1}
    right = {name: KINDS[n] for name, n in words.items()} | {"learning rate": KINDS[3]}
    all_chosen(student.TF1_09_7_CHOICE, right, KINDS)


def _tangle(names, steps, returned):
    """Probe: a graph of steps, each of which takes two values that are there, side by side, by name or in a list; and
    the values that it returns."""
    import torch
    from torch import fx, nn

    graph = fx.Graph()
    values = [graph.placeholder(name) for name in names]
    for number, (left, right) in enumerate(steps):
        one, other = values[left], values[right]
        function, args, kwargs = (
            (torch.maximum, (one, other), {}),
            (torch.add, (one,), {"other": other}),
            (torch.hstack, ([one, other],), {}),
        )[number % 3]
        values.append(graph.call_function(function, args, kwargs))
    graph.output(tuple(values[n] for n in returned))
    return fx.GraphModule(nn.Module(), graph)


@check(
    "tf1.09.8", core=True, hint="What a node needs is what its inputs need. Does your walk go back more than one step?"
)
def test_inputs_that_are_needed(student, rng):
    """For each output, the inputs are named that it depends on, directly or by way of other steps, and no others."""
    answers = []
    for n_inputs, n_steps in ((2, 2), (4, 5), (5, 9)):
        names = [str(name) for name in rng.permutation(["alpha", "beta", "gamma", "delta", "eta"])[:n_inputs]]
        steps = [tuple(int(n) for n in rng.integers(0, n_inputs + k, 2)) for k in range(n_steps)]
        steps.append((n_inputs + n_steps - 1, n_inputs + n_steps - 2))
        needs = [{name} for name in names]
        for left, right in steps:
            needs.append(needs[left] | needs[right])
        returned = [0, *(int(n) for n in rng.integers(n_inputs, len(needs), 2)), len(needs) - 1]
        found = student.needed_inputs(student.probe_(_tangle)(names, steps, returned))
        answers.append((found, [sorted(needs[n]) for n in returned]))
    for found, wanted in answers:
        assert [list(one) for one in found] == wanted


@check("tf1.09.8", hint="A session worked out what was asked for. Who checks a function's arguments, and when?")
def test_what_an_input_left_out_does(student, rng):
    """All five cases are as you say."""
    student.needed_inputs(student.probe_(_tangle)(["a"], [], [0]))
    cases = ("session, needed", "module, needed", "module, not needed", "exported, not needed")
    all_chosen(student.TF1_09_8_CHOICE, dict.fromkeys(cases, ERRORS[0]) | {"session, not needed": ERRORS[1]}, ERRORS)


def _deep(seed):
    """Probe: a network of parts within parts, which can be told to fail."""
    import torch
    from torch import nn

    class Fails(nn.Module):
        broken = False

        def forward(self, x):
            if self.broken:
                raise ValueError("broken on purpose")
            return x

    torch.manual_seed(seed)
    block = nn.Sequential(nn.Linear(3, 4), nn.Tanh())
    return nn.Sequential(block, nn.Linear(4, 4), nn.Sigmoid(), Fails())


def _tail(model, first, value):
    """Probe: what the rest of the network makes of a value."""
    import torch

    with torch.no_grad():
        for part in list(model)[first:]:
            value = part(value)
    return value


@check("tf1.09.9", core=True, hint="What a forward hook returns takes the place of the output.")
def test_value_takes_the_place_of_an_output(student, rng):
    """From the part on that is named, the network goes on with the given value, whatever part it is."""
    for name, rest in (("0", 1), ("0.1", 1), ("1", 2), ("2", 3)):
        model = student.probe_(_deep)(int(rng.integers(2**31)))
        value, x = tensor(rng.normal(size=(2, 4))), tensor(rng.normal(size=(2, 3)))
        wanted = student.probe_(_tail)(model, rest, value)
        found = student.with_output(model, name, value, x)
        assert isinstance(found, torch.Tensor)
        assert_allclose(found.detach(), wanted, atol=1e-6)


def _residual(seed):
    """Probe: a network whose parts are not called one after the other, in an order that is not that of their names."""
    import torch
    from torch import nn

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.last, self.beside, self.first = nn.Linear(4, 4), nn.Linear(3, 4), nn.Linear(3, 4)

        def forward(self, x):
            return self.last(torch.tanh(self.first(x))) * self.beside(x)

    torch.manual_seed(seed)
    return Residual().eval()


def _by_parts(model, name, value, x):
    """Probe: what the network makes of a value, said once more."""
    import torch

    with torch.no_grad():
        part = {one: model.get_submodule(one) for one in ("first", "last", "beside")}
        first = value if name == "first" else part["first"](x)
        last = value if name == "last" else part["last"](torch.tanh(first))
        return last * (value if name == "beside" else part["beside"](x))


@check("tf1.09.9", hint="What `forward` does with a part's output is its own business: let the model itself go on.")
def test_value_goes_where_the_output_went(student, rng):
    """In a network whose parts are no chain, the value goes wherever the part's output went."""
    for name in ("first", "last", "beside"):
        model = student.probe_(_residual)(int(rng.integers(2**31)))
        value, x = tensor(rng.normal(size=(2, 4))), tensor(rng.normal(size=(2, 3)))
        wanted = student.probe_(_by_parts)(model, name, value, x)
        assert_allclose(student.with_output(model, name, value, x).detach(), wanted, atol=1e-6)


def _break(model, broken):
    """Probe: let the last part fail, or no longer."""
    model[3].broken = broken


@check("tf1.09.9", hint="A hook stays until it is removed: also where the model raises an error (`finally`).")
def test_model_is_as_it_was(student, rng):
    """Afterwards the model does what it did before, also after an error, and its weights are the same."""
    model = student.probe_(_deep)(int(rng.integers(2**31)))
    x, value = rng.normal(size=(2, 3)), tensor(np.zeros((2, 4)))
    before, weights = outputs(model, x, shape=(2, 4)), weights_of(model)
    student.with_output(model, "0", value, tensor(x))
    assert_array_equal(outputs(model, x, shape=(2, 4)), before)
    student.probe_(_break)(model, True)
    with pytest.raises(StudentRaised):
        student.with_output(model, "0", value, tensor(x))
    student.probe_(_break)(model, False)
    assert_array_equal(outputs(model, x, shape=(2, 4)), before)
    for name, kept in weights_of(model).items():
        assert_array_equal(kept, weights[name])


@check("tf1.09.9", hint="Has it a name in `named_modules()`?")
def test_ways_to_step_in(student, rng):
    """For all four things the way fits."""
    student.with_output(student.probe_(_deep)(0), "1", torch.ones(1, 4), torch.ones(1, 3))
    right = dict(zip(("input", "layer", "relu", "weights"), WAYS, strict=True))
    all_chosen(student.TF1_09_9_CHOICE, right, WAYS)


def _set_and_train(set_value, model, name, value):
    """Probe: set a parameter between two steps of an optimiser; say what has become of it."""
    import torch

    optimiser = torch.optim.SGD(model.parameters(), lr=1.0)
    before = model.get_parameter(name)
    set_value(model, name, value)
    now = model.get_parameter(name)
    at_once = now.detach().clone()
    kept = now is before and now.requires_grad and now.is_leaf and now.grad_fn is None
    model.zero_grad()
    now.sum().backward()
    optimiser.step()
    return bool(kept), at_once, model.get_parameter(name).detach().clone()


@check("tf1.09.10", core=True, weight=2, hint="`copy_` into the parameter that is there, under `torch.no_grad()`.")
def test_parameter_has_the_values_and_is_trained_on(student, rng):
    """The parameter holds the values, is still the same, and an optimiser made before still trains it."""
    for name, shape in (("0.0.weight", (4, 3)), ("0.0.bias", (4,)), ("1.weight", (4, 4))):
        value = rng.normal(size=shape).astype(np.float32)
        model = student.probe_(_deep)(int(rng.integers(2**31)))
        kept, at_once, after = student.probe_(_set_and_train)(student.set_value, model, name, value)
        assert_allclose(at_once, value, atol=1e-6)
        assert kept is True
        assert_allclose(after, value - 1, atol=1e-5)


@check("tf1.09.10", hint="Bring the values to the type of the parameter (`parameter.dtype`), or leave them theirs.")
def test_no_digits_are_lost(student, rng):
    """In a model of float64 the parameter gets all of the values' digits, and values too large for float32."""
    value = 1e60 * rng.normal(size=(4, 4))
    model = student.probe_(_deep)(int(rng.integers(2**31))).double()
    student.set_value(model, "1.weight", value)
    assert_allclose(weights_of(model)["1.weight"], value, rtol=1e-12)


@check("tf1.09.10", hint="`copy_` spreads a row over all rows without a word: compare the shapes first.")
def test_other_shapes_are_refused(student, rng):
    """Values of another shape raise a ValueError, also where they could be spread, and nothing is changed."""
    model = student.probe_(_deep)(int(rng.integers(2**31)))
    before = weights_of(model)
    for name, shape in (("0.0.weight", (3,)), ("0.0.weight", (1, 3)), ("1.bias", (5,)), ("1.weight", (16,))):
        with pytest.raises(StudentRaised) as raised:
            student.set_value(model, name, rng.normal(size=shape))
        assert raised.value.type_name == "ValueError"
    for name, value in weights_of(model).items():
        assert_array_equal(value, before[name])
