# %% right
# Intent: a list of (log probability, tokens); at each step build all candidates in two loops, sort them, cut at `width`.
def beam_search(next_log_probs, width, end, longest):
    beam = [(0.0, [])]
    for _ in range(longest):
        candidates = []
        for score, tokens in beam:
            if tokens and tokens[-1] == end:
                candidates.append((score, tokens))
                continue
            log_probs = np.asarray(next_log_probs(list(tokens)), dtype=np.float64)
            for token in range(len(log_probs)):
                candidates.append((score + float(log_probs[token]), tokens + [token]))
        candidates.sort(key=lambda candidate: -candidate[0])
        beam = candidates[:width]
    best_score, best = beam[0]
    for score, tokens in beam:
        if score > best_score:
            best_score, best = score, tokens
    return list(best), float(best_score)


# %% wrong: beam_search
# Misconception: a beam of width w is w greedy searches side by side: the w best first tokens are taken, and each of
# these goes on with its own likeliest token.
def beam_search(next_log_probs, width, end, longest):
    first = np.asarray(next_log_probs([]), dtype=np.float64)
    starts = sorted(range(len(first)), key=lambda token: -first[token])[:width]
    beam = [(float(first[token]), [token]) for token in starts]
    for _ in range(longest - 1):
        new = []
        for score, tokens in beam:
            if tokens[-1] != end:
                log_probs = np.asarray(next_log_probs(list(tokens)), dtype=np.float64)
                token = int(np.argmax(log_probs))
                score, tokens = score + float(log_probs[token]), tokens + [token]
            new.append((score, tokens))
        beam = new
    score, tokens = max(beam, key=lambda candidate: candidate[0])
    return tokens, score


# %% wrong: beam_search
# Misconception: sequences of different lengths can only be compared by their log probability per token.
def beam_search(next_log_probs, width, end, longest):
    beam = [(0.0, [])]
    for _ in range(longest):
        candidates = []
        for score, tokens in beam:
            if tokens and tokens[-1] == end:
                candidates.append((score, tokens))
                continue
            for token, log_prob in enumerate(np.asarray(next_log_probs(list(tokens)), dtype=np.float64)):
                candidates.append((score + float(log_prob), tokens + [token]))
        candidates.sort(key=lambda candidate: -candidate[0] / len(candidate[1]))
        beam = candidates[:width]
    return beam[0][1], beam[0][0]
