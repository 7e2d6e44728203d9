# %% right
# Intent: go through the nodes in order and keep, for each, the set of placeholders behind it.
def needed_inputs(program):
    behind = {}
    answer = []
    for node in program.graph.nodes:
        if node.op == "placeholder":
            behind[node] = {node.name}
        elif node.op == "output":
            for one in node.args[0]:
                answer.append(sorted(behind[one]))
        else:
            names = set()
            for source in node.all_input_nodes:
                names = names | behind[source]
            behind[node] = names
    return answer

TF1_09_8_CHOICE = {
    "session, needed": "error",
    "session, not needed": "no error",
    "module, needed": "error",
    "module, not needed": "error",
    "exported, not needed": "error",
}

# %% wrong: needed_inputs
# Misconception: all_input_nodes already reaches back to the beginning.
def needed_inputs(program):
    output = list(program.graph.nodes)[-1]
    answer = []
    for one in output.args[0]:
        sources = [one] if one.op == "placeholder" else one.all_input_nodes
        answer.append(sorted(node.name for node in sources if node.op == "placeholder"))
    return answer

# %% wrong: needed_inputs
# Misconception: an input that is used anywhere in the graph is needed for every output.
def needed_inputs(program):
    nodes = list(program.graph.nodes)
    used = sorted(node.name for node in nodes if node.op == "placeholder" and len(node.users) > 0)
    return [list(used) for _ in nodes[-1].args[0]]
