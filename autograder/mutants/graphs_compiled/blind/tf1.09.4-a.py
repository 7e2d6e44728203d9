# %% right
# Intent: copy the nodes of both into a fresh graph, with the first's result in place of the second's input; modules and
# parameters get the prefixes "first." and "second.", so that equal names don't collide.
def joined(first, second):
    root = nn.Module()
    root.add_module("first", first)
    root.add_module("second", second)
    root.training = first.training and second.training
    graph = fx.Graph()

    def copy_nodes(source, prefix, given):
        made = {}
        result = None
        for node in source.graph.nodes:
            if node.op == "placeholder" and given is not None:
                made[node] = given
            elif node.op == "output":
                result = made[node.args[0]]
            else:
                made[node] = graph.node_copy(node, lambda old: made[old])
                if node.op in ("call_module", "get_attr"):
                    made[node].target = prefix + "." + node.target
        return result

    middle = copy_nodes(first, "first", None)
    end = copy_nodes(second, "second", middle)
    graph.output(end)
    graph.lint()
    return fx.GraphModule(root, graph)

TF1_09_4_CHOICE = "merge them first"

# %% wrong: joined
# Misconception: a graph whose two steps call the two modules is one graph.
def joined(first, second):
    root = nn.Module()
    root.add_module("first", first)
    root.add_module("second", second)
    graph = fx.Graph()
    x = graph.placeholder("x")
    middle = graph.call_module("first", (x,))
    graph.output(graph.call_module("second", (middle,)))
    return fx.GraphModule(root, graph)

# %% wrong: joined
# Misconception: it is safer to put copies together; equal numbers are the same parameters.
import copy

def joined(first, second):
    return fx.symbolic_trace(nn.Sequential(copy.deepcopy(first), copy.deepcopy(second)))
