# %% right
# Intent: torch.compile with fullgraph=True and the eager backend, on a clean slate; any error is a refusal.
import torch


def is_one_graph(f, x):
    torch.compiler.reset()
    try:
        torch.compile(f, fullgraph=True, backend="eager")(x.clone())
    except Exception:
        return False
    return True


TF2_12_9_CHOICE = {
    "eager": "runs", "torch.compile": "runs in pieces", "fullgraph": "is refused", "torch.export": "is refused",
}

# %% wrong: is_one_graph
# Misconception: torch.fx's tracer and the compiler's are the same; what symbolic_trace refuses, the compiler refuses, and the other way round.
def is_one_graph(f, x):
    try:
        torch.fx.symbolic_trace(f)
    except Exception:
        return False
    return True

# %% wrong: is_one_graph
# Misconception: torch.compile complains by itself about what does not fit into one graph.
def is_one_graph(f, x):
    torch.compiler.reset()
    try:
        torch.compile(f, backend="eager")(x.clone())
    except Exception:
        return False
    return True

# %% wrong: TF2_12_9_CHOICE
# Misconception: export records the branch that was taken, as tracing does; compile refuses what it can't capture.
TF2_12_9_CHOICE = {
    "eager": "runs", "torch.compile": "is refused", "fullgraph": "is refused", "torch.export": "runs",
}
