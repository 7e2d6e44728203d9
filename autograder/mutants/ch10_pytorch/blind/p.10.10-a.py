# %% right
# Intent: log-sum-exp with the largest logit taken out first; for the sigmoid max(z, 0) - z t + ln(1 + e^-|z|).
import torch


def softmax_loss(logits, labels):
    largest = logits.max(dim=1, keepdim=True).values.detach()
    shifted = logits - largest
    log_sum = shifted.exp().sum(dim=1).log()
    of_label = shifted[torch.arange(len(labels), device=logits.device), labels]
    return (log_sum - of_label).mean()


def sigmoid_loss(logits, targets):
    positive = torch.maximum(logits, torch.zeros_like(logits))
    each = positive - logits * targets + torch.log1p(torch.exp(-logits.abs()))
    return each.mean()


P_10_10_CHOICE = {
    "digits": "nn.CrossEntropyLoss",
    "digits, log-softmax": "nn.NLLLoss",
    "spam": "nn.BCEWithLogitsLoss",
    "tags": "nn.BCEWithLogitsLoss",
    "ill, sigmoid": "nn.BCELoss",
}

# %% wrong: softmax_loss
# Misconception: cross-entropy wants probabilities, so softmax comes first (and the library's loss does it once more).
def softmax_loss(logits, labels):
    return torch.nn.functional.cross_entropy(torch.softmax(logits, dim=1), labels)

# %% wrong: sigmoid_loss
# Misconception: a small number inside the logarithm is all that is needed against large logits.
def sigmoid_loss(logits, targets):
    p = torch.sigmoid(logits)
    tiny = 1e-7
    return -(targets * torch.log(p + tiny) + (1 - targets) * torch.log(1 - p + tiny)).mean()
