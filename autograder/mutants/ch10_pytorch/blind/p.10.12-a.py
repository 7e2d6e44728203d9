# %% right
# Intent: trace once with the example, then call both for each input, on copies, and compare shape and values.
import warnings

import torch


def trace_holds(function, example, inputs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(function, example.clone(), check_trace=False)
    answers = []
    with torch.no_grad():
        for x in inputs:
            wanted = function(x.clone())
            try:
                got = traced(x.clone())
            except RuntimeError:
                answers.append(False)
                continue
            same = wanted.shape == got.shape and torch.allclose(
                wanted.double(), got.double(), rtol=1e-4, atol=1e-6, equal_nan=True
            )
            answers.append(bool(same))
    return answers

# %% wrong: trace_holds
# Misconception: a trace holds for an input if tracing with that input gives the same graph: another branch, another answer.
def trace_holds(function, example, inputs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = str(torch.jit.trace(function, example, check_trace=False).graph)
        return [str(torch.jit.trace(function, x, check_trace=False).graph) == graph for x in inputs]
