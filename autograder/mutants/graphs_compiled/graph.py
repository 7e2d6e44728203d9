"""Graphs and compiled functions, graphs that are run (tf1.09.1 to tf1.09.4): wrong answers, and right ones."""

import copy

import torch
from torch import fx, nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- tf1.09.1


@mutant("tf1.09.1", replaces="operations", fails="test_operations_in_their_order")
def all_nodes(f):
    """The input and the output are nodes as well, and no operations: look at `op`."""
    return [node.name for node in fx.symbolic_trace(f).graph.nodes]


@mutant("tf1.09.1", replaces="operations", fails="test_operations_in_their_order")
def names_of_nodes(f):
    """A node's `name` is its own (sin_1 for a second sine): the function's is that of its `target`."""
    kinds = ("call_function", "call_method")
    return [node.name for node in fx.symbolic_trace(f).graph.nodes if node.op in kinds]


@mutant("tf1.09.1", replaces="operations", fails="test_operations_in_their_order")
def beginnings_of_names(f):
    """You cut the nodes' own names off: a function's name may have an underscore itself. Take that of the `target`."""
    kinds = ("call_function", "call_method")
    return [node.name.split("_")[0] for node in fx.symbolic_trace(f).graph.nodes if node.op in kinds]


@mutant("tf1.09.1", replaces="operations", fails="test_operations_in_their_order")
def without_methods(f):
    """A tensor's methods are operations, too: their `op` is "call_method"."""
    return [node.target.__name__ for node in fx.symbolic_trace(f).graph.nodes if node.op == "call_function"]


@mutant("tf1.09.1", replaces="operations", fails="test_operations_in_their_order")
def each_once(f):
    """An operation that runs twice is to be named twice."""
    nodes = [node for node in fx.symbolic_trace(f).graph.nodes if node.op.startswith("call")]
    return list(dict.fromkeys(getattr(node.target, "__name__", node.target) for node in nodes))


@alternative("tf1.09.1", replaces="operations")
def by_a_tracer(f):
    """With the tracer itself, by what is no input or output; as a tuple."""
    nodes = list(fx.Tracer().trace(f).nodes)[1:-1]
    return tuple(node.target if isinstance(node.target, str) else node.target.__name__ for node in nodes)


# ---------------------------------------------------------------- tf1.09.2


@mutant("tf1.09.2", replaces="hook_gap", fails="test_gap_that_hooks_make")
def forward_alone(model, x):
    """You compare `forward` with itself: `model(x)` runs the hooks, too."""
    return float((model.forward(x) - model.forward(x)).abs().max())


@mutant("tf1.09.2", replaces="hook_gap", fails="test_gap_that_hooks_make")
def without_a_sign(model, x):
    """A difference can be negative: take its absolute value before the largest."""
    return float((model(x) - model.forward(x)).max())


@mutant("tf1.09.2", replaces="hook_gap", fails="test_gap_that_hooks_make")
def mean_gap(model, x):
    """The largest difference is asked for, not the mean."""
    return float((model(x) - model.forward(x)).abs().mean())


@mutant("tf1.09.2", replaces="TF1_09_2_CHOICE", fails="test_ways_that_are_the_same", constant=True)
def forward_is_enough():
    """`model(x)` runs the hooks, and `forward` does not."""
    return {"product": "the same", "number": "the same", "call": "the same", "in place": "not the same"}


@mutant("tf1.09.2", replaces="TF1_09_2_CHOICE", fails="test_ways_that_are_the_same", constant=True)
def underscore_is_nothing():
    """A method whose name ends in an underscore changes the tensor itself."""
    return {"product": "the same", "number": "the same", "call": "not the same", "in place": "the same"}


@alternative("tf1.09.2", replaces="hook_gap")
def by_norm(model, x):
    """By a norm, without gradients."""
    with torch.no_grad():
        return torch.linalg.vector_norm(model.forward(x) - model(x), ord=float("inf")).item()


# ---------------------------------------------------------------- tf1.09.3


@mutant("tf1.09.3", replaces="all_heads", fails="test_body_is_called_once")
def once_for_each_head(body, heads, x):
    """You call the body for each head: call it once, and give what it returns to all of them."""
    return [head(body(x)) for head in heads]


@mutant("tf1.09.3", replaces="all_heads", fails="test_body_is_called_once")
def one_after_the_other(body, heads, x):
    """You give each head what the one before has made: all of them get what the body gave."""
    x, found = body(x), []
    for head in heads:
        x = head(x)
        found.append(x)
    return found


@mutant("tf1.09.3", replaces="all_heads", fails="test_body_is_called_once")
def stacked(body, heads, x):
    """You make one tensor of what the heads give: each may have a shape of its own. Keep them in a list."""
    features = body(x)
    return torch.stack([head(features) for head in heads])


@mutant("tf1.09.3", replaces="all_heads", fails="test_gradients_of_all_heads_reach_the_input")
def cut_off(body, heads, x):
    """You cut the body's output off from its history: no head's loss can train the body. Nothing has to be detached."""
    features = body(x).detach()
    return [head(features) for head in heads]


@mutant("tf1.09.3", replaces="TF1_09_3_CHOICE", fails="test_what_two_calls_change", constant=True)
def dropout_repeats():
    """Two calls of the body draw two masks: one of the heads is given another one."""
    same, other = "the same", "not the same"
    return {"outputs": same, "dropout": same, "time": other, "running statistics": other}


@mutant("tf1.09.3", replaces="TF1_09_3_CHOICE", fails="test_what_two_calls_change", constant=True)
def statistics_stay():
    """In training mode a batch normalisation moves its running mean at each call, so twice as far."""
    same, other = "the same", "not the same"
    return {"outputs": same, "dropout": other, "time": other, "running statistics": same}


@alternative("tf1.09.3", replaces="all_heads")
def one_by_one(body, heads, x):
    """In a loop; a tuple."""
    y, found = body(x), ()
    for head in heads:
        found = (*found, head(y))
    return found


# ---------------------------------------------------------------- tf1.09.4


@mutant("tf1.09.4", replaces="joined", fails="test_joined_graph_computes_both")
def the_other_way_round(first, second):
    """You compute `first(second(x))`: what the first gives goes into the second."""
    return fx.symbolic_trace(nn.Sequential(second, first))


@mutant("tf1.09.4", replaces="joined", fails="test_it_is_one_graph")
def one_beside_the_other(first, second):
    """Your graph has two steps, and each calls a whole graph: an optimiser can't look into them."""
    graph, root = fx.Graph(), nn.ModuleDict({"first": first, "second": second})
    value = graph.placeholder("x")
    for name in ("first", "second"):
        value = graph.call_module(name, (value,))
    graph.output(value)
    return fx.GraphModule(root, graph)


@mutant("tf1.09.4", replaces="joined", fails="test_parameters_are_those_of_the_parts")
def copies(first, second):
    """You copy the two: what is trained later is not seen by your graph."""
    return fx.symbolic_trace(nn.Sequential(copy.deepcopy(first), copy.deepcopy(second)))


@mutant("tf1.09.4", replaces="joined", fails="test_parts_do_what_they_did")
def built_onto_the_first(first, second):
    """You build onto the first graph itself, which does something else from now on: copy its nodes into a new one."""
    first.add_module("second", second)
    (end,) = (node for node in first.graph.nodes if node.op == "output")
    made = {}
    with first.graph.inserting_before(end):
        for node in second.graph.nodes:
            if node.op == "placeholder":
                made[node] = end.args[0]
            elif node.op == "output":
                end.args = (made[node.args[0]],)
            else:
                made[node] = first.graph.node_copy(node, made.__getitem__)
                if node.op in ("call_module", "get_attr"):
                    made[node].target = f"second.{node.target}"
    first.recompile()
    return first


@mutant("tf1.09.4", replaces="TF1_09_4_CHOICE", fails="test_two_graphs_in_a_session", constant=True)
def as_they_are():
    """A session belonged to one graph, and knew nothing of any other."""
    return "nothing"


@alternative("tf1.09.4", replaces="joined")
def traced_again(first, second):
    """By tracing a container of both."""
    return fx.symbolic_trace(nn.Sequential(first, second))


@alternative("tf1.09.4", replaces="joined")
def by_graph_copy(first, second):
    """With `graph_copy`, in a module that has the parts of both under other names."""
    graph, root = fx.Graph(), nn.Module()
    value = graph.placeholder("x")
    for number, part in enumerate((first, second)):
        source = fx.symbolic_trace(nn.Sequential(part))  # a graph of its own, to rename in
        for name, child in [*source.named_children(), *source.named_parameters(recurse=False)]:
            setattr(root, f"part{number}_{name}", child)
        for node in source.graph.nodes:
            if node.op in ("call_module", "get_attr"):
                node.target = f"part{number}_{node.target}"
        start = next(node for node in source.graph.nodes if node.op == "placeholder")
        value = graph.graph_copy(source.graph, {start: value})
    graph.output(value)
    return fx.GraphModule(root, graph)
