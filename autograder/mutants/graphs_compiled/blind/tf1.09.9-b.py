# %% right
# Intent: a forward hook that returns the value, removed in any case.
def with_output(model, name, value, x):
    handle = model.get_submodule(name).register_forward_hook(lambda module, args, output: value)
    try:
        return model(x)
    finally:
        handle.remove()


TF1_09_9_CHOICE = {
    "input": "another argument", "layer": "a forward hook", "relu": "an edited graph", "weights": "load_state_dict or copy_",
}

# %% wrong: with_output
# Misconception: a line after the call always runs, so removing the hook there is enough.
def with_output(model, name, value, x):
    handle = model.get_submodule(name).register_forward_hook(lambda module, args, output: value)
    result = model(x)
    handle.remove()
    return result

# %% wrong: with_output
# Misconception: a model is its layers, one after the other; what comes after the part is called on the value in turn.
def with_output(model, name, value, x):
    leaves = [(n, m) for n, m in model.named_modules() if not list(m.children())]
    past = [i for i, (n, _) in enumerate(leaves) if n == name or name == "" or n.startswith(name + ".")]
    for _, module in leaves[past[-1] + 1 :]:
        value = module(value)
    return value

# %% wrong: TF1_09_9_CHOICE
# Misconception: a hook can be set on any operation inside of forward.
TF1_09_9_CHOICE = {
    "input": "another argument", "layer": "a forward hook", "relu": "a forward hook", "weights": "load_state_dict or copy_",
}
