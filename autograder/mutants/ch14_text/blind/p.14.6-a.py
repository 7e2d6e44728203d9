# %% right
# Intent: put the right logit and those of the drawn others (with repetitions, without the right class) into a list,
# and subtract the right one from the log of the sum of exponentials.
def sampled_loss(scores, target, sampled):
    scores = np.asarray(scores, dtype=np.float64)
    chosen = [float(scores[target])]
    for number in sampled:
        if int(number) != int(target):
            chosen.append(float(scores[number]))
    top = max(chosen)
    log_sum = top + math.log(sum(math.exp(score - top) for score in chosen))
    return log_sum - chosen[0]


P_14_6_CHOICE = {
    "training, 60,000 words": True,
    "training, 10 digits": False,
    "perplexity on the test set, 60,000 words": False,
    "beam search, 60,000 words": False,
    "training, 500,000 products": True,
}


# %% wrong: sampled_loss
# Misconception: a sample is a set of classes, so one that was drawn twice is in the sum once.
def sampled_loss(scores, target, sampled):
    scores = np.asarray(scores, dtype=np.float64)
    chosen = np.array([scores[number] for number in sorted({int(target), *map(int, sampled)})])
    top = chosen.max()
    return float(top + np.log(np.exp(chosen - top).sum()) - scores[target])


# %% wrong: P_14_6_CHOICE
# Misconception: sampled softmax is a faster softmax, good wherever there are very many classes, in use as in training.
P_14_6_CHOICE = {
    "training, 60,000 words": True,
    "training, 10 digits": False,
    "perplexity on the test set, 60,000 words": True,
    "beam search, 60,000 words": True,
    "training, 500,000 products": True,
}
