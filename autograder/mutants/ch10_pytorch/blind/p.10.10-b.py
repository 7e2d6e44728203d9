# %% right
# Intent: -ln softmax is logsumexp minus the label's logit; 1 - sigmoid(z) is sigmoid(-z), so logsigmoid does for both.
import torch
from torch.nn.functional import logsigmoid


def softmax_loss(logits, labels):
    return (logits.logsumexp(dim=1) - logits.gather(1, labels[:, None]).squeeze(1)).mean()


def sigmoid_loss(logits, targets):
    return -logsigmoid(torch.where(targets == 1, logits, -logits)).mean()


P_10_10_CHOICE = {
    "digits": "nn.CrossEntropyLoss",
    "digits, log-softmax": "nn.NLLLoss",
    "spam": "nn.BCEWithLogitsLoss",
    "tags": "nn.BCEWithLogitsLoss",
    "ill, sigmoid": "nn.BCELoss",
}

# %% wrong: softmax_loss, P_10_10_CHOICE
# Misconception: cross-entropy wants probabilities, so softmax comes first (though PyTorch applies it by itself).
def softmax_loss(logits, labels):
    return torch.nn.functional.cross_entropy(logits.softmax(dim=1), labels)


P_10_10_CHOICE = {
    "digits": "nn.NLLLoss",
    "digits, log-softmax": "nn.CrossEntropyLoss",
    "spam": "nn.BCELoss",
    "tags": "nn.CrossEntropyLoss",
    "ill, sigmoid": "nn.BCELoss",
}

# %% wrong: sigmoid_loss
# Misconception: it is enough to keep the probability a little away from 0 and 1 to be safe from large logits.
def sigmoid_loss(logits, targets):
    p = logits.sigmoid().clamp(1e-7, 1 - 1e-7)
    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()
