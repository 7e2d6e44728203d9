# %% right
# Intent: trace the two graphs one after the other with a tracer that opens graphs and leaves all other modules whole.
from torch import fx, nn


class _Through(fx.Tracer):
    def is_leaf_module(self, m, module_qualified_name):
        return not isinstance(m, fx.GraphModule)


def joined(first, second):
    both = nn.Sequential(first, second)
    return fx.GraphModule(both, _Through().trace(both))


TF1_09_4_CHOICE = "merge them first"

# %% wrong: joined
# Misconception: one graph that calls the other two is one graph with all their operations.
def joined(first, second):
    root = nn.Module()
    root.first, root.second = first, second
    graph = fx.Graph()
    graph.output(graph.call_module("second", (graph.call_module("first", (graph.placeholder("x"),)),)))
    return fx.GraphModule(root, graph)

# %% wrong: joined
# Misconception: to put graphs into another one safely, copy them; a copy has the same parameters.
import copy


def joined(first, second):
    both = nn.Sequential(copy.deepcopy(first), copy.deepcopy(second))
    return fx.GraphModule(both, _Through().trace(both))

# %% wrong: TF1_09_4_CHOICE
# Misconception: a session runs whatever has been loaded, each model with its own graph.
TF1_09_4_CHOICE = "nothing"
