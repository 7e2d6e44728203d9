# /// technique
# number = ["101"]
# title = "sneaky state"
# how = """
# Weights have the right shapes and hold NaN, and hooks and parametrisations raise when they are read.
# """
# wanted = "contained"
# attacks = ["p.98.4"]
# ///

# %% train
def train(model, X, y):
    import torch

    class Trap(torch.nn.Module):
        def forward(self, weight):
            return weight * float("nan")

    with torch.no_grad():
        model.weight.fill_(float("inf"))
        model.bias.fill_(float("nan"))
    model.register_forward_hook(lambda *args: os._exit(1))
    model._register_state_dict_hook(lambda *args: os._exit(1))
    torch.nn.utils.parametrize.register_parametrization(model, "weight", Trap())
