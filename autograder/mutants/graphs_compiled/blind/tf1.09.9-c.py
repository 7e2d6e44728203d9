# %% right
# Intent: a forward hook that returns a clone of the value, removed in any case; the call runs on copies of the buffers, so
# that running statistics are not touched either.
import torch


def with_output(model, name, value, x):
    handle = model.get_submodule(name).register_forward_hook(lambda module, args, output: value.clone())
    try:
        buffers = {key: buffer.clone() for key, buffer in model.named_buffers()}
        return torch.func.functional_call(model, buffers, (x,))
    finally:
        handle.remove()


TF1_09_9_CHOICE = {
    "input": "another argument",
    "layer": "a forward hook",
    "relu": "an edited graph",
    "weights": "load_state_dict or copy_",
}

# %% wrong: with_output
# Misconception: a hook holds for one call.
def with_output(model, name, value, x):
    model.get_submodule(name).register_forward_hook(lambda module, args, output: value)
    return model(x)


# %% wrong: with_output
# Misconception: the line after the call is always reached, so the hook is always removed.
def with_output(model, name, value, x):
    handle = model.get_submodule(name).register_forward_hook(lambda module, args, output: value)
    result = model(x)
    handle.remove()
    return result
