# %% right
# Intent: trace, then read each call node: a function's __name__, or the method's name, which is the target itself.
from torch import fx


def operations(f):
    name = {
        "call_function": lambda target: target.__name__,
        "call_method": lambda target: target,
    }
    return [name[node.op](node.target) for node in fx.symbolic_trace(f).graph.nodes if node.op in name]


# %% wrong: operations
# Misconception: a node's name is the name of what it calls.
def operations(f):
    nodes = fx.symbolic_trace(f).graph.nodes
    return [node.name for node in nodes if node.op in ("call_function", "call_method")]


# %% wrong: operations
# Misconception: all operations of a graph are call_function nodes.
def operations(f):
    nodes = fx.symbolic_trace(f).graph.nodes
    return [node.target.__name__ for node in nodes if node.op == "call_function"]
