# %% right
# Intent: log-sum-exp after subtracting the largest logit, minus the label's logit; and -ln sigmoid(±z) as logaddexp.
import torch
from torch import Tensor


def softmax_loss(logits: Tensor, labels: Tensor) -> Tensor:
    shifted = logits - logits.detach().amax(dim=1, keepdim=True)
    log_sum = shifted.exp().sum(dim=1).log()
    chosen = shifted.gather(1, labels[:, None]).squeeze(1)
    return (log_sum - chosen).mean()


def sigmoid_loss(logits: Tensor, targets: Tensor) -> Tensor:
    against = (1 - 2 * targets) * logits
    return torch.logaddexp(against, torch.zeros_like(against)).mean()


P_10_10_CHOICE = {
    "digits": "nn.CrossEntropyLoss",
    "digits, log-softmax": "nn.NLLLoss",
    "spam": "nn.BCEWithLogitsLoss",
    "tags": "nn.BCEWithLogitsLoss",
    "ill, sigmoid": "nn.BCELoss",
}

# %% wrong: softmax_loss
# Misconception: a tiny number inside the logarithm makes the loss safe for all logits.
def softmax_loss(logits: Tensor, labels: Tensor) -> Tensor:
    p = torch.softmax(logits, dim=1)
    return -(p[torch.arange(len(labels)), labels] + 1e-9).log().mean()

# %% wrong: sigmoid_loss
# Misconception: a row's loss is the sum over its places, and the mean is taken over rows only.
def sigmoid_loss(logits: Tensor, targets: Tensor) -> Tensor:
    losses = torch.logaddexp((1 - 2 * targets) * logits, torch.zeros_like(logits))
    return losses.reshape(len(losses), -1).sum(dim=1).mean()
