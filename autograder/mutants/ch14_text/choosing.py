"""Chapter 14, choosing words (p.14.4 to p.14.6): wrong answers, and right ones."""

import heapq

import numpy as np
import torch
from scipy.special import logsumexp, softmax
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.14.4


def _grown(beam, following, end, onwards=lambda score, more: score + more):
    found = []
    for score, tokens in beam:
        if tokens and tokens[-1] == end:
            found.append((score, tokens))
        else:
            found += [(onwards(score, float(more)), [*tokens, i]) for i, more in enumerate(following(tokens))]
    return found


def _searched(following, width, end, longest, grown=_grown):
    beam = [(0.0, [])]
    for _ in range(longest):
        beam = sorted(grown(beam, following, end), key=lambda one: -one[0])[:width]
    return beam[0][1], beam[0][0]


@mutant("p.14.4", replaces="beam_search", fails="test_between_greedy_search_and_trying_all")
def likeliest_each_time(next_log_probs, width, end, longest):
    """You take the likeliest token at each step, whatever `width` is: keep that many beginnings."""
    return _searched(next_log_probs, 1, end, longest)


@mutant("p.14.4", replaces="beam_search", fails="test_between_greedy_search_and_trying_all")
def last_step_decides(next_log_probs, width, end, longest):
    """You rank by the last token's log probability: add up those of all tokens."""
    return _searched(next_log_probs, width, end, longest, lambda *beam: _grown(*beam, onwards=lambda score, more: more))


@mutant("p.14.4", replaces="beam_search", fails="test_between_greedy_search_and_trying_all")
def probabilities_added(next_log_probs, width, end, longest):
    """You add up probabilities: multiply them, or add up their logarithms."""
    return _searched(
        next_log_probs,
        width,
        end,
        longest,
        lambda *beam: _grown(*beam, onwards=lambda score, more: score + np.exp(more)),
    )


@mutant("p.14.4", replaces="beam_search", fails="test_between_greedy_search_and_trying_all")
def goes_on_after_the_end(next_log_probs, width, end, longest):
    """You go on with sequences that have ended: leave them as they are."""
    beam = [(0.0, [])]
    for _ in range(longest):
        beam = sorted(_grown(beam, lambda tokens: next_log_probs(_before(tokens, end)), -1), key=lambda one: -one[0])
        beam = beam[:width]
    return beam[0][1], beam[0][0]


def _before(tokens, end):
    return tokens[: tokens.index(end)] if end in tokens else tokens


@mutant("p.14.4", replaces="beam_search", fails="test_beams_of_two_and_three")
def best_of_each_beginning(next_log_probs, width, end, longest):
    """You keep one continuation of each beginning: compare those of all beginnings with each other."""

    def grown(beam, following, end):
        if len(beam) == 1:
            return _grown(beam, following, end)
        return [max(_grown([one], following, end), key=lambda found: found[0]) for one in beam]

    if width == 1 or width > 50:
        return _searched(next_log_probs, width, end, longest)
    return _searched(next_log_probs, width, end, longest, grown)


@mutant("p.14.4", replaces="beam_search", fails="test_finished_sequences_stay_in_the_race")
def first_to_finish(next_log_probs, width, end, longest):
    """You stop at the first sequence that ends: another may turn out likelier."""
    beam = [(0.0, [])]
    for _ in range(longest):
        beam = sorted(_grown(beam, next_log_probs, end), key=lambda one: -one[0])[:width]
        ended = [one for one in beam if one[1][-1] == end]
        if ended and width < 50:
            return ended[0][1], ended[0][0]
    return beam[0][1], beam[0][0]


@mutant("p.14.4", replaces="beam_search", fails="test_finished_sequences_stay_in_the_race")
def by_the_mean_of_its_tokens(next_log_probs, width, end, longest):
    """You compare log probabilities per token, so that long sequences win: the sum is what is asked for."""
    beam = [(0.0, [])]
    for _ in range(longest):
        beam = sorted(_grown(beam, next_log_probs, end), key=lambda one: -one[0] / len(one[1]))[:width]
    return beam[0][1], beam[0][0]


@alternative("p.14.4", replaces="beam_search")
def with_a_heap(next_log_probs, width, end, longest):
    """Keeps the best by a heap, as tuples."""
    beam = [(0.0, ())]
    while any(len(tokens) < longest and tokens[-1:] != (end,) for _, tokens in beam):
        more = []
        for score, tokens in beam:
            if tokens[-1:] == (end,) or len(tokens) == longest:
                more.append((score, tokens))
                continue
            following = next_log_probs(list(tokens))
            more.extend((score + following[i], (*tokens, i)) for i in range(len(following)))
        beam = heapq.nlargest(width, more)
    score, tokens = max(beam)
    return np.array(tokens), np.float64(score)


@alternative("p.14.4", replaces="beam_search")
def by_product(next_log_probs, width, end, longest):
    """Multiplies probabilities; finished sequences in a list of their own, as long as they are among the best."""
    going, done = [([], 1.0)], []
    for _ in range(longest):
        more = [
            ([*tokens, i], share * np.exp(value))
            for tokens, share in going
            for i, value in enumerate(next_log_probs(tokens))
        ]
        both = sorted([*more, *done], key=lambda one: one[1])[-width:]
        done = [one for one in both if one[0][-1] == end]
        going = [one for one in both if one[0][-1] != end]
    tokens, share = max([*going, *done], key=lambda one: one[1])
    return tokens, float(np.log(share))


@alternative("p.14.4", replaces="beam_search")
def asks_about_finished_ones_too(next_log_probs, width, end, longest):
    """Asks what follows each sequence, and does not use what is said of those that have ended."""
    beam = [(0.0, [])]
    for _ in range(longest):
        asked = [(score, tokens, next_log_probs(tokens)) for score, tokens in beam]
        more = [(score, tokens) for score, tokens, _ in asked if tokens[-1:] == [end]]
        more += [
            (score + value, [*tokens, i])
            for score, tokens, row in asked
            if tokens[-1:] != [end]
            for i, value in enumerate(row)
        ]
        beam = heapq.nlargest(width, more)
    score, tokens = max(beam)
    return tokens, score


# ---------------------------------------------------------------- p.14.5


def _attended(queries, keys, values, mask=None, scale=None, axis=1):
    q, k, v = (np.asarray(part, dtype=float) for part in (queries, keys, values))
    scores = q @ k.T / (np.sqrt(q.shape[1]) if scale is None else scale(q))
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    weights = softmax(scores, axis=axis)
    return weights @ v, weights


@mutant("p.14.5", replaces="attend", fails="test_attention_is_scaled_and_dot_product")
def not_scaled(queries, keys, values, mask=None):
    """You don't divide the scores by the root of the vectors' size."""
    return _attended(queries, keys, values, mask, scale=lambda q: 1.0)


@mutant("p.14.5", replaces="attend", fails="test_attention_is_scaled_and_dot_product")
def divided_by_the_size(queries, keys, values, mask=None):
    """You divide by the size of the vectors: it is its square root."""
    return _attended(queries, keys, values, mask, scale=lambda q: q.shape[1])


@mutant("p.14.5", replaces="attend", fails="test_attention_is_scaled_and_dot_product")
def over_the_queries(queries, keys, values, mask=None):
    """Your softmax goes over the queries: the weights of each query sum to 1 over the keys."""
    return _attended(queries, keys, values, mask, axis=0)


@mutant("p.14.5", replaces="attend", fails="test_masked_keys_get_no_attention")
def zero_is_no_score(queries, keys, values, mask=None):
    """You set the scores of masked keys to 0, which is a score like any other: minus infinity is none."""
    q, k, v = (np.asarray(part, dtype=float) for part in (queries, keys, values))
    scores = q @ k.T / np.sqrt(q.shape[1])
    weights = softmax(scores if mask is None else scores * np.asarray(mask), axis=1)
    return weights @ v, weights


@mutant("p.14.5", replaces="attend", fails="test_masked_keys_get_no_attention")
def masked_afterwards(queries, keys, values, mask=None):
    """You set masked weights to 0 after softmax, so the others sum to less than 1: mask the scores."""
    _, weights = _attended(queries, keys, values)
    weights = weights if mask is None else weights * np.asarray(mask)
    return weights @ np.asarray(values, dtype=float), weights


@mutant("p.14.5", replaces="attend", fails="test_large_scores_are_no_trouble")
def raised_as_they_are(queries, keys, values, mask=None):
    """You raise e to scores in the thousands: take the largest of each row away first, or use a softmax that does."""
    q, k, v = (np.asarray(part, dtype=float) for part in (queries, keys, values))
    scores = q @ k.T / np.sqrt(q.shape[1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        weights = np.exp(scores)
        weights = weights / weights.sum(axis=1, keepdims=True)
    return weights @ v, weights


@alternative("p.14.5", replaces="attend")
def the_library_s(queries, keys, values, mask=None):
    """PyTorch's attention, for the values, and for the weights with the unit matrix as values."""
    q, k, v = (torch.as_tensor(np.asarray(part, dtype=float))[None] for part in (queries, keys, values))
    told = None if mask is None else torch.as_tensor(np.asarray(mask)).expand(q.shape[1], -1)[None]
    unit = torch.eye(k.shape[1], dtype=torch.double)[None]
    return tuple(scaled_dot_product_attention(q, k, part, attn_mask=told)[0] for part in (v, unit))


@alternative("p.14.5", replaces="attend")
def one_query_at_a_time(queries, keys, values, mask=None):
    """In a loop, over the keys that may be seen."""
    seen = [i for i in range(len(keys)) if mask is None or mask[i]]
    found, shares = [], []
    for query in np.asarray(queries, dtype=float):
        scores = np.array([query @ np.asarray(keys[i], dtype=float) for i in seen]) / len(query) ** 0.5
        weights = np.zeros(len(keys))
        weights[seen] = np.exp(scores - logsumexp(scores))
        shares.append(weights)
        found.append(
            sum(weight * np.asarray(value, dtype=float) for weight, value in zip(weights, values, strict=True))
        )
    return found, shares


# ---------------------------------------------------------------- p.14.6


@mutant("p.14.6", replaces="sampled_loss", fails="test_loss_over_a_sample")
def over_all_classes(scores, target, sampled):
    """Your softmax goes over all classes: that is what a sample is to save."""
    logits = np.asarray(scores, dtype=float)
    return float(logsumexp(logits) - logits[target])


@mutant("p.14.6", replaces="sampled_loss", fails="test_loss_over_a_sample")
def without_the_right_one(scores, target, sampled):
    """The right class belongs into the softmax, beside the sampled ones."""
    logits = np.asarray(scores, dtype=float)
    return float(logsumexp(logits[[n for n in sampled if n != target]]) - logits[target])


@mutant("p.14.6", replaces="sampled_loss", fails="test_loss_over_a_sample")
def right_one_twice(scores, target, sampled):
    """Where the right class was drawn as well, you count it as one of the others."""
    logits = np.asarray(scores, dtype=float)
    return float(logsumexp(logits[[target, *sampled]]) - logits[target])


@mutant("p.14.6", replaces="sampled_loss", fails="test_loss_over_a_sample")
def each_class_once(scores, target, sampled):
    """You count each class once: one that was drawn twice counts twice."""
    logits = np.asarray(scores, dtype=float)
    return float(logsumexp(logits[sorted({target, *sampled})]) - logits[target])


@mutant("p.14.6", replaces="P_14_6_CHOICE", fails="test_where_it_is_used", constant=True)
def wherever_it_is_slow():
    """For a perplexity or a search, the right class is not known beforehand, and all have to be scored."""
    return {
        "training, 60,000 words": True,
        "training, 10 digits": False,
        "perplexity on the test set, 60,000 words": True,
        "beam search, 60,000 words": True,
        "training, 500,000 products": True,
    }


@alternative("p.14.6", replaces="sampled_loss")
def by_differences(scores, target, sampled):
    """By how much higher each of the others is."""
    above = [float(scores[n]) - float(scores[target]) for n in sampled if n != target]
    return float(np.logaddexp.reduce([0.0, *above]))


@alternative("p.14.6", replaces="sampled_loss")
def loss_in_float32(scores, target, sampled):
    """By PyTorch's cross entropy, in float32."""
    rows = [target, *(n for n in sampled if n != target)]
    return cross_entropy(torch.tensor(np.asarray(scores)[rows], dtype=torch.float32)[None], torch.tensor([0]))
