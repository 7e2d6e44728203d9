# %% right
# Intent: walk over the traced nodes; a function's own __name__, or the method's name; inputs, constants and the output are no operations.
def operations(f):
    names = []
    for node in fx.symbolic_trace(f).graph.nodes:
        if node.op == "call_function":
            names.append(node.target.__name__)
        elif node.op == "call_method":
            names.append(node.target)
    return names

# %% wrong: operations
# Misconception: a node's name is the name of what it calls.
def operations(f):
    names = []
    for node in fx.symbolic_trace(f).graph.nodes:
        if node.op in ("call_function", "call_method"):
            names.append(node.name)
    return names

# %% wrong: operations
# Misconception: all operations of a graph are nodes of the kind call_function, methods included.
def operations(f):
    return [node.target.__name__ for node in fx.symbolic_trace(f).graph.nodes if node.op == "call_function"]
