"""Graphs and compiled functions, what a model remembers and is given (tf1.09.5 to tf1.09.10): wrong answers, and
right ones."""

import numpy as np
import torch
from torch import fx, nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- tf1.09.5


@mutant("tf1.09.5", replaces="shared_names", fails="test_shared_parameters_are_found")
def equal_numbers(one, other):
    """You compare the numbers: a copy holds the same ones and is another parameter."""
    pairs = [(a, b) for a in one.named_parameters() for b in other.named_parameters()]
    return [(a, b) for (a, left), (b, right) in pairs if torch.equal(left, right)]


@mutant("tf1.09.5", replaces="shared_names", fails="test_shared_parameters_are_found")
def same_objects(one, other):
    """Two parameters can be different objects over the same memory: compare where their numbers are."""
    pairs = [(a, b) for a in one.named_parameters() for b in other.named_parameters()]
    return [(a, b) for (a, left), (b, right) in pairs if left is right]


@mutant("tf1.09.5", replaces="shared_names", fails="test_shared_parameters_are_found")
def buffers_as_well(one, other):
    """A module's state holds its buffers, too, and these are no parameters."""
    mine, theirs = one.state_dict(), other.state_dict()
    return [(a, b) for a, left in mine.items() for b, right in theirs.items() if left.data_ptr() == right.data_ptr()]


@mutant("tf1.09.5", replaces="shared_names", fails="test_shared_parameters_are_found")
def same_names(one, other):
    """A parameter may have another name in either module."""
    mine = dict(one.named_parameters())
    return [(name, name) for name, value in other.named_parameters() if name in mine]


@mutant("tf1.09.5", replaces="shared_names", fails="test_shared_parameters_are_found")
def leaves_them_changed(one, other):
    """You change a parameter to see who changes with it, and leave it so: put its numbers back."""
    found = set()
    with torch.no_grad():
        for a, left in one.named_parameters():
            before = {b: right.clone() for b, right in other.named_parameters()}
            left += 1
            found |= {(a, b) for b, right in other.named_parameters() if not torch.equal(right, before[b])}
    return sorted(found)


def _owners(*shared):
    cases = ("threads", "two programs", "forked", "share_memory_", "deepcopy", "load_state_dict", "state_dict")
    return {name: "shared" if name in shared else "own copy" for name in cases}


@mutant("tf1.09.5", replaces="TF1_09_5_CHOICE", fails="test_who_sees_a_change", constant=True)
def state_is_a_copy():
    """`state_dict()` returns the parameters' own memory: whoever wants to keep the values has to copy them."""
    return _owners("threads", "share_memory_")


@mutant("tf1.09.5", replaces="TF1_09_5_CHOICE", fails="test_who_sees_a_change", constant=True)
def forks_share():
    """After a fork each process has memory of its own, as soon as one of them writes, unless it was made shared."""
    return _owners("threads", "share_memory_", "state_dict", "forked")


@mutant("tf1.09.5", replaces="TF1_09_5_CHOICE", fails="test_who_sees_a_change", constant=True)
def loading_shares():
    """`load_state_dict` copies the values into parameters that are there."""
    return _owners("threads", "share_memory_", "state_dict", "load_state_dict")


@alternative("tf1.09.5", replaces="shared_names")
def by_a_change(one, other):
    """By changing one and looking at the others."""
    found = set()
    with torch.no_grad():
        for a, left in one.named_parameters():
            before = {b: right.clone() for b, right in other.named_parameters()}
            left += 1
            found |= {(a, b) for b, right in other.named_parameters() if not torch.equal(right, before[b])}
            left -= 1
    return sorted(found, reverse=True)


# ---------------------------------------------------------------- tf1.09.6


@mutant("tf1.09.6", replaces="materialise", fails="test_a_model_comes_to_life")
def memory_alone(model, seed):
    """`to_empty` gives memory and no values: the layers have to draw them."""
    torch.manual_seed(seed)
    model.to_empty(device="cpu")
    return model.requires_grad_(False).apply(lambda part: [one.zero_() for one in part.parameters()])


@mutant("tf1.09.6", replaces="materialise", fails="test_a_model_comes_to_life")
def seeded_for_each(model, seed):
    """You set the seed before each layer: then all of them draw the same numbers."""
    model.to_empty(device="cpu")
    for module in model.modules():
        if hasattr(module, "reset_parameters"):
            torch.manual_seed(seed)
            module.reset_parameters()
    return model


@mutant("tf1.09.6", replaces="materialise", fails="test_a_model_comes_to_life")
def all_are_normal(model, seed):
    """Each layer has a rule of its own for its first values: call its `reset_parameters`."""
    model.to_empty(device="cpu")
    torch.manual_seed(seed)
    for parameter in model.parameters():
        nn.init.normal_(parameter, 0, 0.1)
    return model


@mutant("tf1.09.6", replaces="materialise", fails="test_it_is_the_same_model")
def another_model(model, seed):
    """You return another model: whoever holds the one that was given still has one without values."""
    import copy

    twin = copy.deepcopy(model).to_empty(device="cpu")
    torch.manual_seed(seed)
    for module in twin.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return twin


@alternative("tf1.09.6", replaces="materialise")
def layer_by_layer(model, seed):
    """One layer after the other."""
    torch.manual_seed(seed)
    for module in model.modules():
        if list(module.parameters(recurse=False)):
            module.to_empty(device="cpu", recurse=False)
            module.reset_parameters()
    return model


# ---------------------------------------------------------------- tf1.09.7


class _Base(nn.Module):
    def __init__(self, mean, std, n_outputs):
        super().__init__()
        self.keep(*(torch.as_tensor(np.asarray(one), dtype=torch.float32) for one in (mean, std)))
        self.linear = nn.Linear(len(np.asarray(mean)), n_outputs)

    def keep(self, mean, std):
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)

    def forward(self, x):
        return self.linear((x - self.mean) / self.std)


@mutant("tf1.09.7", replaces="Standardised", fails="test_what_is_kept_and_what_is_trained")
class PlainAttributes(_Base):
    """Mean and deviation are not in the model's state: plain attributes and buffers with `persistent=False` never are.
    Register buffers."""

    def keep(self, mean, std):
        self.mean, self.std = mean, std


@mutant("tf1.09.7", replaces="Standardised", fails="test_what_is_kept_and_what_is_trained")
class TrainedAsWell(_Base):
    """As parameters mean and deviation are trained: they are to stay what they are. Register buffers."""

    def keep(self, mean, std):
        self.mean, self.std = nn.Parameter(mean), nn.Parameter(std)


@mutant("tf1.09.7", replaces="Standardised", fails="test_a_loaded_state_counts")
class TwoCopies(_Base):
    """You compute with a second copy of mean and deviation: what is loaded into the buffers has no effect."""

    def keep(self, mean, std):
        super().keep(mean, std)
        self.numbers = (mean.clone(), std.clone())

    def forward(self, x):
        return self.linear((x - self.numbers[0]) / self.numbers[1])


@mutant("tf1.09.7", replaces="Standardised", fails="test_columns_are_standardised")
class ByTheBatch(_Base):
    """You standardise by the batch: the mean and the deviation that were passed in are asked for."""

    def forward(self, x):
        return self.linear((x - x.mean(0)) / x.std(0))


@mutant("tf1.09.7", replaces="TF1_09_7_CHOICE", fails="test_what_each_thing_is", constant=True)
def means_are_parameters():
    """What is kept and not trained is a buffer."""
    return {
        "pictures": "argument", "weights": "parameter", "running mean": "parameter", "mask": "argument",
        "vocabulary mean": "parameter", "embedding": "parameter", "learning rate": "none of them",
    }  # fmt: skip


@alternative("tf1.09.7", replaces="Standardised")
class FrozenParameters(_Base):
    """Parameters that need no gradient are kept and saved, too."""

    def keep(self, mean, std):
        self.mean, self.std = (nn.Parameter(one, requires_grad=False) for one in (mean, std))


# ---------------------------------------------------------------- tf1.09.8


@mutant("tf1.09.8", replaces="needed_inputs", fails="test_inputs_that_are_needed")
def one_step_back(program):
    """You go back one step only: what a step takes may itself depend on inputs."""
    (output,) = (node for node in program.graph.nodes if node.op == "output")
    return [sorted(one.name for one in node.all_input_nodes if one.op == "placeholder") for node in output.args[0]]


@mutant("tf1.09.8", replaces="needed_inputs", fails="test_inputs_that_are_needed")
def all_inputs(program):
    """Not every output needs every input: walk back from each output."""
    (output,) = (node for node in program.graph.nodes if node.op == "output")
    names = sorted(node.name for node in program.graph.nodes if node.op == "placeholder")
    return [names for _ in output.args[0]]


@mutant("tf1.09.8", replaces="needed_inputs", fails="test_inputs_that_are_needed")
def positional_ones(program):
    """You look at `args` alone: a node also takes what stands in its `kwargs`, and in lists. See `all_input_nodes`."""

    def walk(node):
        if node.op == "placeholder":
            return {node.name}
        return set().union(*(walk(one) for one in node.args if isinstance(one, fx.Node)))

    (output,) = (node for node in program.graph.nodes if node.op == "output")
    return [sorted(walk(one)) for one in output.args[0]]


@mutant("tf1.09.8", replaces="needed_inputs", fails="test_inputs_that_are_needed")
def all_that_come_before(program):
    """That a node stands before another does not mean that it is needed for it."""
    nodes = list(program.graph.nodes)
    inputs = [node for node in nodes if node.op == "placeholder"]
    wanted = nodes[-1].args[0]
    return [sorted(one.name for one in inputs if nodes.index(one) <= nodes.index(node)) for node in wanted]


@mutant("tf1.09.8", replaces="TF1_09_8_CHOICE", fails="test_what_an_input_left_out_does", constant=True)
def python_looks_the_other_way():
    """Python wants every argument that has no default, whether or not it is used."""
    cases = ("session, needed", "module, needed", "exported, not needed")
    others = ("session, not needed", "module, not needed")
    return dict.fromkeys(cases, "error") | dict.fromkeys(others, "no error")


@alternative("tf1.09.8", replaces="needed_inputs")
def by_running_it(program):
    """By running the graph on sets of names."""
    from torch.fx import Interpreter

    class Names(Interpreter):
        def call_function(self, target, args, kwargs):
            taken = [*args, *kwargs.values()]
            return set().union(*(one for value in taken for one in (value if isinstance(value, list) else [value])))

    names = [{node.target} for node in program.graph.nodes if node.op == "placeholder"]
    return [sorted(one) for one in Names(program).run(*names)]


# ---------------------------------------------------------------- tf1.09.9


@mutant("tf1.09.9", replaces="with_output", fails="test_model_is_as_it_was")
def hook_stays(model, name, value, x):
    """Your hook stays: from now on the model always says the same. Remove it."""
    model.get_submodule(name).register_forward_hook(lambda *_: value)
    return model(x)


@mutant("tf1.09.9", replaces="with_output", fails="test_model_is_as_it_was")
def hook_stays_after_an_error(model, name, value, x):
    """Where the model raises an error, your hook stays: remove it in a `finally`."""
    hook = model.get_submodule(name).register_forward_hook(lambda *_: value)
    result = model(x)
    hook.remove()
    return result


@mutant("tf1.09.9", replaces="with_output", fails="test_value_takes_the_place_of_an_output")
def hook_returns_nothing(model, name, value, x):
    """Your hook returns nothing, so the output stays: what it returns takes its place."""

    def watched(module, args, output):
        print(value)

    hook = model.get_submodule(name).register_forward_hook(watched)
    try:
        return model(x)
    finally:
        hook.remove()


@mutant("tf1.09.9", replaces="with_output", fails="test_value_goes_where_the_output_went")
def one_layer_after_the_other(model, name, value, x):
    """A model is more than its layers one after the other: only its own `forward` knows what becomes of an output."""
    leaves = [(path, part) for path, part in model.named_modules() if not list(part.children())]
    last = max(n for n, (path, _) in enumerate(leaves) if f"{path}.".startswith(f"{name}."))
    for _, part in leaves[last + 1 :]:
        value = part(value)
    return value


@mutant("tf1.09.9", replaces="TF1_09_9_CHOICE", fails="test_ways_to_step_in", constant=True)
def hooks_for_everything():
    """A hook belongs to a module: what a function makes within `forward` has none, and is reached in the graph."""
    return {
        "input": "another argument", "layer": "a forward hook", "relu": "a forward hook",
        "weights": "load_state_dict or copy_",
    }  # fmt: skip


@alternative("tf1.09.9", replaces="with_output")
def forward_replaced(model, name, value, x):
    """By another `forward`, for the moment."""
    part = model.get_submodule(name)
    part.forward = lambda *args, **kwargs: value
    try:
        return model(x)
    finally:
        del part.forward


# ---------------------------------------------------------------- tf1.09.10


@mutant("tf1.09.10", replaces="set_value", fails="test_parameter_has_the_values_and_is_trained_on")
def another_parameter(model, name, value):
    """You make another parameter: the optimiser trains the old one, which nobody uses any more."""
    path, _, last = name.rpartition(".")
    owner, values = model.get_submodule(path), torch.as_tensor(np.asarray(value), dtype=model.get_parameter(name).dtype)
    if getattr(owner, last).shape != values.shape:
        raise ValueError(name)
    setattr(owner, last, nn.Parameter(values))


@mutant("tf1.09.10", replaces="set_value", fails="test_parameter_has_the_values_and_is_trained_on")
def while_it_is_watched(model, name, value):
    """A parameter can't be changed in place while gradients are recorded: `with torch.no_grad()`."""
    parameter = model.get_parameter(name)
    parameter.copy_(torch.as_tensor(np.asarray(value), dtype=torch.float32))


@mutant("tf1.09.10", replaces="set_value", fails="test_parameter_has_the_values_and_is_trained_on")
def frozen_afterwards(model, name, value):
    """You freeze the parameter to set it, and leave it frozen: nothing trains it any more."""
    parameter, values = model.get_parameter(name), torch.as_tensor(np.asarray(value))
    if parameter.shape != values.shape:
        raise ValueError(name)
    parameter.requires_grad_(False).copy_(values)


@mutant("tf1.09.10", replaces="set_value", fails="test_other_shapes_are_refused")
def spread_over_rows(model, name, value):
    """`copy_` spreads a row over all rows without a word: compare the shapes first."""
    with torch.no_grad():
        try:
            model.get_parameter(name).copy_(torch.as_tensor(np.asarray(value)))
        except RuntimeError as error:
            raise ValueError(name) from error


@mutant("tf1.09.10", replaces="set_value", fails="test_no_digits_are_lost")
def through_float32(model, name, value):
    """You make float32 of the values, whatever the parameter holds: take its own type."""
    parameter, values = model.get_parameter(name), torch.tensor(np.asarray(value), dtype=torch.float32)
    if parameter.shape != values.shape:
        raise ValueError(name)
    with torch.no_grad():
        parameter.copy_(values)


@alternative("tf1.09.10", replaces="set_value")
def by_load_state_dict(model, name, value):
    """By the state of the whole model."""
    state = model.state_dict()
    values = torch.as_tensor(np.asarray(value), dtype=state[name].dtype)
    if values.shape != state[name].shape:
        raise ValueError("another shape")
    model.load_state_dict({**state, name: values})
