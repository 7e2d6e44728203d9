# %% right
# Intent: a networkx graph of the nodes; an output's ancestors (and itself) that are placeholders.
import networkx


def needed_inputs(program):
    nodes = list(program.graph.nodes)
    graph = networkx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((source, node) for node in nodes for source in node.all_input_nodes)
    return [
        sorted(node.name for node in networkx.ancestors(graph, out) | {out} if node.op == "placeholder")
        for out in nodes[-1].args[0]
    ]


TF1_09_8_CHOICE = {
    "session, needed": "error", "session, not needed": "no error", "module, needed": "error",
    "module, not needed": "error", "exported, not needed": "error",
}

# %% wrong: needed_inputs
# Misconception: all_input_nodes lists all inputs that a node depends on, not only those it takes directly.
def needed_inputs(program):
    outputs = list(program.graph.nodes)[-1].args[0]
    return [
        sorted(node.name for node in [out, *out.all_input_nodes] if node.op == "placeholder") for out in outputs
    ]

# %% wrong: needed_inputs
# Misconception: a program is called with all its inputs, so an output needs every one that the program uses anywhere.
def needed_inputs(program):
    nodes = list(program.graph.nodes)
    used = sorted(node.name for node in nodes if node.op == "placeholder" and node.users)
    return [used for _ in nodes[-1].args[0]]

# %% wrong: TF1_09_8_CHOICE
# Misconception: what isn't used is not asked for; and a session wanted all placeholders to be fed.
TF1_09_8_CHOICE = {
    "session, needed": "error", "session, not needed": "error", "module, needed": "error",
    "module, not needed": "no error", "exported, not needed": "no error",
}
