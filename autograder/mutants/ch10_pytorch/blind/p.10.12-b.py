# %% right
# Intent: trace once with the example, then let torch.testing say for each input whether both agree.
import torch


def trace_holds(function, example, inputs):
    traced = torch.jit.trace(function, example.clone(), check_trace=False)

    def agree(x):
        try:
            torch.testing.assert_close(traced(x.clone()), function(x.clone()), equal_nan=True)
        except AssertionError:
            return False
        return True

    return [agree(x) for x in inputs]

# %% wrong: trace_holds
# Misconception: tracing looks at shape and type only, so that any values in the example will do.
def trace_holds(function, example, inputs):
    traced = torch.jit.trace(function, torch.zeros_like(example), check_trace=False)
    return [torch.allclose(traced(x), function(x)) for x in inputs]

# %% wrong: trace_holds
# Misconception: a trace is made for the input that it is to be used with.
def trace_holds(function, example, inputs):
    return [torch.allclose(torch.jit.trace(function, x, check_trace=False)(x), function(x)) for x in inputs]
