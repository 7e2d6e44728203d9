"""Hidden checks of graphs and compiled functions: graphs that are run (tf1.09.1 to tf1.09.4)."""

import numpy as np
import torch
from numpy.testing import assert_allclose

from autograder.checks.graphs_compiled.inputs import all_chosen
from autograder.testing import check
from autograder.testing.closed import chosen
from autograder.testing.modules import outputs

ONE_BY_ONE = ("sin", "cos", "exp", "tanh", "relu", "sigmoid")
SAME = ("the same", "not the same")


def _program(steps):
    """Probe: a function that carries out steps: (how, name)."""
    import operator

    import torch

    def f(x):
        start = x
        for how, name in steps:
            if how == "function":
                x = getattr(torch, name)(x)
            elif how == "method":
                x = getattr(x, name)()
            else:
                x = getattr(operator, name)(x, start)
        return x

    return f


def _steps(rng, n):
    kinds = {"function": ONE_BY_ONE, "method": ("abs", "neg", "floor"), "operator": ("add", "mul", "sub")}
    for _ in range(n):
        how = str(rng.choice(list(kinds)))
        yield how, str(rng.choice(kinds[how]))


@check("tf1.09.1", core=True, hint="Which nodes are operations, by their `op`? A method's target is its name already.")
def test_operations_in_their_order(student, rng):
    """Functions, operators and methods are all named, in the order in which they run, as often as they do."""
    for n in (1, 4, 9):
        ends = [("method", "abs"), ("function", "nan_to_num"), ("operator", "mul"), ("function", "sin")]
        steps = [("function", "sin"), *_steps(rng, n), *ends]
        found = student.operations(student.probe_(_program)(steps))
        assert list(found) == [name for _, name in steps]


def _hooked(n, inner, outer):
    """Probe: a network with hooks that add to a layer's output and to its own."""
    import torch
    from torch import nn

    torch.manual_seed(n)
    model = nn.Sequential(nn.Linear(n, 4), nn.Tanh(), nn.Linear(4, 2)).eval()
    if inner:
        model[0].register_forward_hook(lambda module, args, output: output + inner)
    if outer:
        model.register_forward_hook(lambda module, args, output: output + torch.tensor([outer, -outer / 2]))
    return model


@check("tf1.09.2", core=True, hint="Both ways, for the same input; the largest absolute value of what differs.")
def test_gap_that_hooks_make(student, rng):
    """The difference is that of the model's own hooks; hooks of its layers make none."""
    for inner, outer in ((0.0, 0.0), (0.7, 0.0), (0.0, 1.5), (0.4, -2.5), (0.3, 0.25)):
        n = int(rng.integers(2, 6))
        x = torch.tensor(rng.normal(size=(3, n)), dtype=torch.float32)
        scale = float(rng.uniform(0.5, 2))
        found = student.hook_gap(student.probe_(_hooked)(n, inner, scale * outer), x)
        assert isinstance(found, float)
        assert_allclose(found, abs(scale * outer), atol=1e-5)


@check("tf1.09.2", hint="Which of them leaves something out, and which changes what it is given?")
def test_ways_that_are_the_same(student, rng):
    """All four pairs are as you say."""
    student.hook_gap(student.probe_(_hooked)(2, 0.0, 0.0), torch.ones(1, 2))
    right = {"product": SAME[0], "number": SAME[0], "call": SAME[1], "in place": SAME[1]}
    all_chosen(student.TF1_09_2_CHOICE, right, SAME)


def _counted(n):
    """Probe: a body that counts its calls, n heads which give one number or two, and the counter."""
    calls = []

    def body(x):
        calls.append(1)
        return x * 2 + len(calls)

    return body, [lambda x, k=k: x[: k % 2 + 1] * (k + 1) for k in range(n)], lambda: len(calls)


@check("tf1.09.3", core=True, hint="Give what the body has returned a name.")
def test_body_is_called_once(student, rng):
    """Each head gets what the body gave, and the body was called once, however many heads there are."""
    for n in (1, 2, 5):
        x = torch.tensor(rng.normal(size=3))
        body, heads, count = student.probe_(_counted)(n)
        found = list(student.all_heads(body, heads, x))
        assert count() == 1
        assert len(found) == n
        for k, value in enumerate(found):
            assert_allclose(value, (x[: k % 2 + 1] * 2 + 1) * (k + 1), rtol=1e-6)


def _pull(all_heads, n, x):
    """Probe: the gradient of the sum of all heads, at what went in."""
    x = x.clone().requires_grad_()
    sum(all_heads(lambda x: x**2, [lambda h, k=k: (h * (k + 1)).sum() for k in range(n)], x)).backward()
    return x.grad


@check("tf1.09.3", hint="Is the body's output still tied to what it was made of?")
def test_gradients_of_all_heads_reach_the_input(student, rng):
    """What each head gives can be differentiated, through the head and the body."""
    for n in (1, 4):
        x = torch.tensor(rng.normal(size=3))
        found = student.probe_(_pull)(student.all_heads, n, x)
        assert_allclose(found, n * (n + 1) * x, rtol=1e-6)


@check("tf1.09.3", hint="What does a body draw, and what does it count, each time it is called?")
def test_what_two_calls_change(student, rng):
    """All four things are as you say."""
    body, heads, _ = student.probe_(_counted)(1)
    student.all_heads(body, heads, torch.ones(2))
    right = {"outputs": SAME[0], "dropout": SAME[1], "time": SAME[1], "running statistics": SAME[1]}
    all_chosen(student.TF1_09_3_CHOICE, right, SAME)


def _graphs(steps, seed, weighted):
    """Probe: a graph of some functions, and of a layer in the middle or a parameter."""
    import torch
    from torch import fx, nn

    class Part(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(seed)
            self.layer = nn.Linear(3, 3)
            self.scale = nn.Parameter(torch.rand(3) + 0.5)

        def forward(self, x):
            for name in steps:
                x = getattr(torch, name)(x)
            return self.layer(x) if weighted else x * self.scale

    return fx.symbolic_trace(Part())


def _anatomy(joined):
    """Probe: the graph's kinds of nodes, and the names of the functions it calls."""
    from torch import fx

    nodes = list(joined.graph.nodes)
    inside = [joined.get_submodule(node.target) for node in nodes if node.op == "call_module"]
    graphs = sum(isinstance(one, fx.GraphModule) or bool(list(one.children())) for one in inside)
    return [node.op for node in nodes], [node.target.__name__ for node in nodes if node.op == "call_function"], graphs


def _two(student, rng):
    names = [[str(name) for name in rng.choice(ONE_BY_ONE[:2] + ONE_BY_ONE[3:], 3)] for _ in range(2)]
    weighted = [bool(one) for one in rng.permutation([True, False])]
    seeds = [int(seed) for seed in rng.integers(2**31, size=2)]
    parts = [student.probe_(_graphs)(*one) for one in zip(names, seeds, weighted, strict=True)]
    return names, weighted, parts


@check("tf1.09.4", core=True, hint="What the first graph returns has to take the place of the second one's input.")
def test_joined_graph_computes_both(student, rng):
    """The joined graph gives what the second gives for the output of the first."""
    for _ in range(4):
        _, _, (first, second) = _two(student, rng)
        x = rng.normal(size=(4, 3)).astype(np.float32)
        wanted = outputs(second, outputs(first, x, shape=(4, 3)), shape=(4, 3))
        assert_allclose(outputs(student.joined(first, second), x, shape=(4, 3)), wanted, atol=1e-6)


@check("tf1.09.4", hint="Look at the nodes of your graph: do they call the two graphs, or do they do their steps?")
def test_it_is_one_graph(student, rng):
    """It has one input, one output and all operations of both, and no step calls a whole graph."""
    names, weighted, (first, second) = _two(student, rng)
    kinds, functions, graphs = student.probe_(_anatomy)(student.joined(first, second))
    assert kinds.count("placeholder") == kinds.count("output") == 1
    ends = [[] if by_layer else ["mul"] for by_layer in weighted]
    assert list(functions) == [*names[0], *ends[0], *names[1], *ends[1]]
    assert graphs == 0


@check("tf1.09.4", hint="Copies of layers are not trained when the originals are.")
def test_parameters_are_those_of_the_parts(student, rng):
    """When a parameter of either part changes, the joined graph changes with it."""
    _, _, parts = _two(student, rng)
    both = student.joined(*parts)
    x = rng.normal(size=(4, 3)).astype(np.float32)
    for part in parts:
        part.load_state_dict({name: -1.5 * value for name, value in part.state_dict().items()})
        wanted = outputs(parts[1], outputs(parts[0], x, shape=(4, 3)), shape=(4, 3))
        assert_allclose(outputs(both, x, shape=(4, 3)), wanted, atol=1e-6)


@check("tf1.09.4", hint="Copy the nodes into a graph of your own: the two that you are given belong to somebody.")
def test_parts_do_what_they_did(student, rng):
    """Both graphs still give what they gave before."""
    _, _, parts = _two(student, rng)
    x = rng.normal(size=(4, 3)).astype(np.float32)
    before = [outputs(part, x, shape=(4, 3)) for part in parts]
    student.joined(*parts)
    for part, wanted in zip(parts, before, strict=True):
        assert_allclose(outputs(part, x, shape=(4, 3)), wanted, atol=1e-6)


@check("tf1.09.4", hint="A session was opened for a graph.")
def test_two_graphs_in_a_session(student, rng):
    """What one had to do with two graphs is right."""
    student.joined(*_two(student, rng)[2])
    options = ("nothing", "merge them first", "run the second inside of the first")
    chosen(student.TF1_09_4_CHOICE, options, right=["merge them first"])
