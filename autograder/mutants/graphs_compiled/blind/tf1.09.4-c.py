# %% right
# Intent: copy the nodes of both into one new graph, the second's placeholder standing for the first's output; targets are
# prefixed so that names of the two parts cannot collide, and a bare root module holds the parts themselves.
from torch import fx, nn
from torch.fx.node import map_arg


def joined(first, second):
    root, graph = nn.Module(), fx.Graph()
    root.first, root.second = first, second
    value = graph.placeholder("x")
    for part, module in (("first", first), ("second", second)):
        env = {}
        for node in module.graph.nodes:
            if node.op == "placeholder":
                env[node] = value
            elif node.op == "output":
                value = map_arg(node.args[0], env.__getitem__)
            else:
                env[node] = copied = graph.node_copy(node, env.__getitem__)
                if node.op in ("get_attr", "call_module"):
                    copied.target = f"{part}.{node.target}"
    graph.output(value)
    both = fx.GraphModule(root, graph)
    both.training = first.training and second.training
    return both


TF1_09_4_CHOICE = "merge them first"

# %% wrong: joined
# Misconception: a graph with two steps, each of which calls one of the graphs, is one graph.
def joined(first, second):
    root, graph = nn.Module(), fx.Graph()
    root.first, root.second = first, second
    x = graph.placeholder("x")
    graph.output(graph.call_module("second", (graph.call_module("first", (x,)),)))
    return fx.GraphModule(root, graph)


# %% wrong: joined
# Misconception: to be safe, a new graph needs copies of the modules; equal numbers are what counts.
import copy


def joined(first, second):
    class Both(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = copy.deepcopy(first), copy.deepcopy(second)

        def forward(self, x):
            return self.second(self.first(x))

    return fx.symbolic_trace(Both())
