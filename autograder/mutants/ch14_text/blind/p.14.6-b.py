# %% right
# Intent: drop the target from the sampled ones, put it in front, and take scipy's log_softmax. Sampling is for training with very many classes, nothing else.
import numpy as np
from scipy.special import log_softmax


def sampled_loss(scores, target, sampled):
    kept = [target, *(s for s in sampled if s != target)]
    return float(-log_softmax(np.asarray(scores, dtype=np.float64)[kept])[0])


P_14_6_CHOICE = {
    "training, 60,000 words": True,
    "training, 10 digits": False,
    "perplexity on the test set, 60,000 words": False,
    "beam search, 60,000 words": False,
    "training, 500,000 products": True,
}


# %% wrong: sampled_loss
# Misconception: the sample is a set of classes, so duplicates have to be removed together with the target.
def sampled_loss(scores, target, sampled):
    kept = [target, *(set(sampled) - {target})]
    return float(-log_softmax(np.asarray(scores, dtype=np.float64)[kept])[0])


# %% wrong: P_14_6_CHOICE
# Misconception: wherever there are very many classes the full softmax is too slow, in use as in training, so sample there too.
P_14_6_CHOICE = {
    "training, 60,000 words": True,
    "training, 10 digits": False,
    "perplexity on the test set, 60,000 words": True,
    "beam search, 60,000 words": True,
    "training, 500,000 products": True,
}
