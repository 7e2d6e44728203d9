# %% right
# Intent: nodes stand in order, so one pass suffices: a placeholder needs itself, any other node what its inputs need.
def needed_inputs(program):
    needs_of = {}
    for node in program.graph.nodes:
        if node.op == "placeholder":
            needs_of[node] = frozenset([node.name])
        else:
            needs_of[node] = frozenset().union(*(needs_of[one] for one in node.all_input_nodes))
        if node.op == "output":
            return [sorted(needs_of[one]) for one in node.args[0]]


TF1_09_8_CHOICE = {
    "session, needed": "error",
    "session, not needed": "no error",
    "module, needed": "error",
    "module, not needed": "error",
    "exported, not needed": "error",
}

# %% wrong: needed_inputs
# Misconception: all that a node takes stands directly in its args (nothing in kwargs, nothing inside of lists).
def needed_inputs(program):
    def walk(node):
        if node.op == "placeholder":
            return {node.name}
        return set().union(*(walk(one) for one in node.args if hasattr(one, "op")))

    output = next(node for node in program.graph.nodes if node.op == "output")
    return [sorted(walk(one)) for one in output.args[0]]


# %% wrong: TF1_09_8_CHOICE
# Misconception: Python and exported programs are as lazy as a session: what is not used need not be there.
TF1_09_8_CHOICE = {
    "session, needed": "error",
    "session, not needed": "no error",
    "module, needed": "error",
    "module, not needed": "no error",
    "exported, not needed": "no error",
}
