# %% right
# Intent: compile with fullgraph and the eager backend, call it on a copy of x; since f itself runs, any error is a refusal.
def is_one_graph(f, x):
    torch.compiler.reset()
    try:
        torch.compile(f, fullgraph=True, backend="eager")(x.clone())
    except Exception:
        return False
    finally:
        torch.compiler.reset()
    return True

TF2_12_9_CHOICE = {
    "eager": "runs",
    "torch.compile": "runs in pieces",
    "fullgraph": "is refused",
    "torch.export": "is refused",
}

# %% wrong: is_one_graph
# Misconception: torch.compile compiles when it is written down; an error would come there.
def is_one_graph(f, x):
    try:
        torch.compile(f, fullgraph=True, backend="eager")
    except Exception:
        return False
    return True

# %% wrong: is_one_graph
# Misconception: symbolic_trace takes what the compiler takes.
def is_one_graph(f, x):
    try:
        fx.symbolic_trace(f)
    except Exception:
        return False
    return True
