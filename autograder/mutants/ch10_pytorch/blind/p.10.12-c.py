# %% right
# Intent: trace once with the example, and compare on each input with a tolerance; clones protect the inputs.
import torch
from torch import Tensor


def trace_holds(function, example: Tensor, inputs):
    traced = torch.jit.trace(function, (example.clone(),), check_trace=False)

    def same(x: Tensor) -> bool:
        a = function(x.clone())
        try:
            b = traced(x.clone())
        except RuntimeError:
            return False
        return a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-4, atol=1e-6, equal_nan=True)

    return [same(x) for x in inputs]

# %% wrong: trace_holds
# Misconception: a trace is made anew whenever it meets an input, so each input is traced and compared with itself.
def trace_holds(function, example: Tensor, inputs):
    return [torch.allclose(torch.jit.trace(function, x, check_trace=False)(x), function(x)) for x in inputs]

# %% wrong: trace_holds
# Misconception: a trace has recorded the example's result as a constant, and holds only where the result is the same.
def trace_holds(function, example: Tensor, inputs):
    said = function(example)
    return [said.shape == function(x).shape and torch.allclose(said, function(x)) for x in inputs]
