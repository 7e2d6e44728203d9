# %% right
# Intent: trace with fx and read the targets of the nodes that call functions or methods.
from torch import fx


def operations(f):
    return [
        getattr(node.target, "__name__", node.target)
        for node in fx.symbolic_trace(f).graph.nodes
        if node.op in ("call_function", "call_method")
    ]

# %% wrong: operations
# Misconception: every operation is a call_function; a method of a tensor is traced as the function of the same name.
def operations(f):
    return [node.target.__name__ for node in fx.symbolic_trace(f).graph.nodes if node.op == "call_function"]

# %% wrong: operations
# Misconception: a node's name is the name of what it calls.
def operations(f):
    return [node.name for node in fx.symbolic_trace(f).graph.nodes if node.op.startswith("call")]
