# /// technique
# number = ["95"]
# title = "pretrained weights smuggled in"
# how = """
# Weights that were trained elsewhere stand in for training. (They are worth nothing here: the rule to be learned
# is drawn anew, so there is nothing to flag.)
# """
# wanted = "0 points"
# attacks = ["p.98.3", "p.98.4"]
# ///

# %% fit_rare
class Pretrained:
    weights = np.array([0.31, -1.2, 0.07, 0.9, -0.4])

    def predict(self, X):
        return (X @ self.weights > 1).astype(int)


def fit_rare(X, y):
    return Pretrained()


# %% train
def train(model, X, y):
    import torch

    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.4, -0.2, 2.2]]))
        model.bias.fill_(0.7)
