# %% right
# Intent: a beam is a list of (log probability, tokens); each step maps it to its successors and keeps the `width` largest.
import numpy as np


def beam_search(next_log_probs, width, end, longest):
    def successors(item):
        log_prob, tokens = item
        if tokens and tokens[-1] == end:
            return [item]
        return [
            (log_prob + float(step), [*tokens, token])
            for token, step in enumerate(np.asarray(next_log_probs(list(tokens)), dtype=np.float64))
        ]

    beam = [(0.0, [])]
    for _ in range(longest):
        candidates = [new for item in beam for new in successors(item)]
        beam = sorted(candidates, key=lambda item: item[0], reverse=True)[:width]
    log_prob, tokens = max(beam, key=lambda item: item[0])
    return tokens, log_prob


# %% wrong: beam_search
# Misconception: a beam is a number of greedy searches side by side: after the first step, which gives each its beginning, every
# one goes on with its own likeliest token.
def beam_search(next_log_probs, width, end, longest):
    first = np.asarray(next_log_probs([]), dtype=np.float64)
    beam = [(float(first[token]), [int(token)]) for token in np.argsort(-first)[:width]]
    for _ in range(longest - 1):
        following = []
        for log_prob, tokens in beam:
            if tokens[-1] != end:
                steps = np.asarray(next_log_probs(list(tokens)), dtype=np.float64)
                best = int(steps.argmax())
                log_prob, tokens = log_prob + float(steps[best]), [*tokens, best]
            following.append((log_prob, tokens))
        beam = following
    log_prob, tokens = max(beam, key=lambda item: item[0])
    return tokens, log_prob


# %% wrong: beam_search
# Misconception: sequences of different lengths can only be compared by the mean log probability per token, so the beam is
# ordered by that.
def beam_search(next_log_probs, width, end, longest):
    beam = [(0.0, [])]
    mean = lambda item: item[0] / max(len(item[1]), 1)
    for _ in range(longest):
        candidates = []
        for log_prob, tokens in beam:
            if tokens and tokens[-1] == end:
                candidates.append((log_prob, tokens))
                continue
            for token, step in enumerate(np.asarray(next_log_probs(list(tokens)), dtype=np.float64)):
                candidates.append((log_prob + float(step), [*tokens, token]))
        beam = sorted(candidates, key=mean, reverse=True)[:width]
    log_prob, tokens = max(beam, key=mean)
    return tokens, log_prob
