# %% right
# Intent: all rows have the same logits, so the loss is the average of logsumexp(biases) - biases[class], weighted by
# how many rows each class has.
import math


def first_loss(counts, biases=None):
    counts = [float(count) for count in counts]
    if biases is None:
        biases = [0.0] * len(counts)
    biases = [float(bias) for bias in biases]
    top = max(biases)
    log_sum = top + math.log(sum(math.exp(bias - top) for bias in biases))
    total = 0.0
    for count, bias in zip(counts, biases):
        total += count * (log_sum - bias)
    return total / sum(counts)


P_11_3_CHOICE = ["b", "c", "f"]

# %% wrong: first_loss
# Misconception: with no biases set, a classifier that has learned nothing still guesses by the shares of the classes,
# so its first loss is their entropy.
def first_loss(counts, biases=None):
    counts = [float(count) for count in counts]
    n = sum(counts)
    if biases is None:
        return sum(-count / n * math.log(count / n) for count in counts if count > 0)
    biases = [float(bias) for bias in biases]
    top = max(biases)
    log_sum = top + math.log(sum(math.exp(bias - top) for bias in biases))
    return sum(count * (log_sum - bias) for count, bias in zip(counts, biases)) / n


# %% wrong: P_11_3_CHOICE
# Misconception: zero is a trap for biases as it is for weights: they get no gradient and never leave it, so they have
# to begin as small random numbers.
P_11_3_CHOICE = ["c", "e", "f"]
