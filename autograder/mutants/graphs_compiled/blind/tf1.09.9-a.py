# %% right
# Intent: a forward hook that gives `value`, taken away again in `finally`.
def with_output(model, name, value, x):
    part = dict(model.named_modules())[name]

    def instead(module, args, output):
        return value

    handle = part.register_forward_hook(instead)
    try:
        return model(x)
    finally:
        handle.remove()

TF1_09_9_CHOICE = {
    "input": "another argument",
    "layer": "a forward hook",
    "relu": "an edited graph",
    "weights": "load_state_dict or copy_",
}

# %% wrong: with_output
# Misconception: the line after the call is always reached.
def with_output(model, name, value, x):
    part = dict(model.named_modules())[name]
    handle = part.register_forward_hook(lambda module, args, output: value)
    result = model(x)
    handle.remove()
    return result

# %% wrong: with_output
# Misconception: a hook lasts for one call, so that nothing has to be removed.
def with_output(model, name, value, x):
    dict(model.named_modules())[name].register_forward_hook(lambda module, args, output: value)
    return model(x)
