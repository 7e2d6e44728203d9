# %% right
# Intent: heapq.nlargest keeps the best of all continuations and of the finished sequences at each step.
from heapq import nlargest

import numpy as np


def beam_search(next_log_probs, width, end, longest):
    beam = [([], 0.0)]
    for _ in range(longest):
        candidates = []
        for tokens, score in beam:
            if tokens and tokens[-1] == end:
                candidates.append((tokens, score))
            else:
                after = np.asarray(next_log_probs(list(tokens)), dtype=float)
                candidates += [([*tokens, v], score + float(p)) for v, p in enumerate(after)]
        beam = nlargest(width, candidates, key=lambda c: c[1])
    return max(beam, key=lambda c: c[1])


# %% wrong: beam_search
# Misconception: a beam of width k is k greedy searches side by side: each begins with another first token and goes on with its own likeliest token.
def beam_search(next_log_probs, width, end, longest):
    first = np.asarray(next_log_probs([]), dtype=float)
    found = []
    for v in np.argsort(-first, kind="stable")[:width]:
        tokens, score = [int(v)], float(first[v])
        while tokens[-1] != end and len(tokens) < longest:
            after = np.asarray(next_log_probs(list(tokens)), dtype=float)
            tokens, score = [*tokens, int(after.argmax())], score + float(after.max())
        found.append((tokens, score))
    return max(found, key=lambda c: c[1])


# %% wrong: beam_search
# Misconception: sequences have to be compared by their mean log probability per token, since long ones would otherwise have no chance.
def beam_search(next_log_probs, width, end, longest):
    beam = [([], 0.0)]
    for _ in range(longest):
        candidates = []
        for tokens, score in beam:
            if tokens and tokens[-1] == end:
                candidates.append((tokens, score))
            else:
                after = np.asarray(next_log_probs(list(tokens)), dtype=float)
                candidates += [([*tokens, v], score + float(p)) for v, p in enumerate(after)]
        beam = nlargest(width, candidates, key=lambda c: c[1] / len(c[0]))
    return max(beam, key=lambda c: c[1] / len(c[0]))
