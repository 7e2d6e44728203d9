# %% right
# Intent: sort once; the mistakes of the rule that starts at the k-th value are the 1s before it plus the 0s from it on,
# which two running sums give for all k at once, also for "never 1" (a threshold just above the largest).
import torch


def learn_threshold(values: Array, labels: Array) -> float:
    values = torch.as_tensor(np.asarray(values, dtype=float))
    ones = torch.as_tensor(np.asarray(labels, dtype=float))
    ranked, rank = values.sort()
    edge = torch.zeros(1, dtype=torch.float64)
    missed = torch.cat([edge, ones[rank].cumsum(0)])
    false_alarms = torch.cat([(1 - ones[rank]).flip(0).cumsum(0).flip(0), edge])
    starts = torch.cat([ranked, torch.nextafter(ranked[-1:], torch.full_like(edge, torch.inf))])
    return float(starts[(missed + false_alarms).argmin()])


# %% wrong: learn_threshold
# Misconception: Thinks that a threshold has to be one of the values that were seen, so that the rule says "1" at least
# once; "never 1" is not among the candidates.
def learn_threshold(values: Array, labels: Array) -> float:
    mistakes = ((values[None, :] >= values[:, None]) != np.asarray(labels)[None, :].astype(bool)).sum(axis=1)
    return float(values[np.argmin(mistakes)])
