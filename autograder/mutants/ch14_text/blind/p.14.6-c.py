# %% right
# Intent: put the target's logit first, the other sampled logits behind it, and take minus the log softmax of place 0. Sampling is for
# training with very many classes only.
import numpy as np
import torch


def sampled_loss(scores, target, sampled):
    scores = torch.as_tensor(np.asarray(scores, dtype=np.float64))
    chosen = torch.tensor([int(target), *(int(one) for one in sampled if one != target)])
    return -scores[chosen].log_softmax(dim=0)[0].item()


P_14_6_CHOICE = {
    "training, 60,000 words": True,
    "training, 10 digits": False,
    "perplexity on the test set, 60,000 words": False,
    "beam search, 60,000 words": False,
    "training, 500,000 products": True,
}

# %% wrong: sampled_loss
# Misconception: the classes compared are a set, so a class that was drawn twice is there once.
def sampled_loss(scores, target, sampled):
    scores = torch.as_tensor(np.asarray(scores, dtype=np.float64))
    chosen = sorted({int(target), *(int(one) for one in sampled)})
    return -scores[chosen].log_softmax(dim=0)[chosen.index(int(target))].item()


# %% wrong: P_14_6_CHOICE
# Misconception: what makes it right is only the number of classes: wherever the vocabulary is large, sampling saves the time, in
# testing as in training.
P_14_6_CHOICE = {
    "training, 60,000 words": True,
    "training, 10 digits": False,
    "perplexity on the test set, 60,000 words": True,
    "beam search, 60,000 words": True,
    "training, 500,000 products": True,
}
