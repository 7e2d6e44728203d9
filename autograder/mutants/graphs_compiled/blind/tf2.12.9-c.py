# %% right
# Intent: let torch.compile (fullgraph, eager backend) try on a fresh cache; if it refuses, torch.export may have its say.
import torch
from torch import nn


class _Wrapped(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, x):
        return self.f(x)


def is_one_graph(f, x):
    def compiled():
        torch.compiler.reset()
        torch.compile(f, fullgraph=True, backend="eager")(x.clone())

    def exported():
        torch.export.export(_Wrapped(f), (x.clone(),))

    for attempt in (compiled, exported):
        try:
            attempt()
        except Exception:
            continue
        return True
    return False


TF2_12_9_CHOICE = {
    "eager": "runs",
    "torch.compile": "runs in pieces",
    "fullgraph": "is refused",
    "torch.export": "is refused",
}

# %% wrong: is_one_graph
# Misconception: what fx.symbolic_trace can trace is what a compiler can capture.
def is_one_graph(f, x):
    try:
        torch.fx.symbolic_trace(f)
    except Exception:
        return False
    return True


# %% wrong: TF2_12_9_CHOICE
# Misconception: torch.export cuts a program into pieces, as torch.compile does.
TF2_12_9_CHOICE = {
    "eager": "runs",
    "torch.compile": "runs in pieces",
    "fullgraph": "is refused",
    "torch.export": "runs in pieces",
}
