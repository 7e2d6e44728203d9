"""Hidden checks of chapter 14: choosing words (p.14.4 to p.14.6)."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

from autograder.testing import check
from autograder.testing.closed import chosen
from autograder.testing.modules import (
    beam,
    best_of_all,
    greedy,
    log_probability,
    mixes_values,
    next_of,
    searches_by_beam,
    shares_attention,
    table,
)


def speaker(language):
    """A function of the tokens so far (runs in the student's process)."""
    import numpy as np

    def following(tokens):
        return np.array(language[" ".join(str(int(token)) for token in tokens)])

    return following


def _language(rng, n_tokens: int, longest: int, end: int, *, early: bool = False):
    """Draw a language in which greedy search does not find the best sequence; if `early`, what it finds ends before it
    has to."""
    while True:
        language = table(rng, n_tokens, longest)
        following = next_of(language)
        options = {"end": end, "longest": longest}
        first = greedy(following, **options)
        best, _ = best_of_all(following, n_tokens=n_tokens, **options)
        if first != best and len(first) > 2 and len(best) > 1 and (len(first) < longest or not early):
            return language, following


def _search(student, language, *, end: int, longest: int):
    spoken = student.probe_(speaker)(language)

    def search(width: int):
        tokens, score = student.beam_search(spoken, width, end, longest)  # by position: parameters may be renamed
        return [int(token) for token in tokens], float(score)

    return search


@check(
    "p.14.4",
    core=True,
    weight=2,
    hint="With a width of 1: which token does each step take? And with a beam wide enough for all of them: what "
    "can still be missed?",
)
def test_between_greedy_search_and_trying_all(student, rng):
    """With a beam of one your search is greedy, and with one that is wide enough it finds the likeliest sequence of
    all; the log probability is that of its tokens."""
    for n_tokens, longest, early in ((3, 4, True), (5, 3, False)):
        end = int(rng.integers(n_tokens))
        language, following = _language(rng, n_tokens, longest, end, early=early)
        options = {"end": end, "longest": longest}
        searches_by_beam(_search(student, language, **options), following, n_tokens=n_tokens, **options)


@check("p.14.4", hint="Are all continuations of all beginnings compared with each other, before the best are kept?")
def test_beams_of_two_and_three(student, rng):
    """With two or three beginnings kept, your search finds what this finds, in languages of four words."""
    told = []
    for _ in range(12):
        end = int(rng.integers(4))
        language, following = _language(rng, 4, 4, end)
        search = _search(student, language, end=end, longest=4)
        for width in (2, 3):
            wanted, score = beam(following, width, end=end, longest=4)
            tokens, said = search(width)
            assert tokens == wanted
            assert_allclose(said, score, rtol=1e-6)
            told.append(tuple(tokens))
    assert len(set(told)) > 1


@check("p.14.4", hint="What becomes of a sequence that is finished, while the others grow?")
def test_finished_sequences_stay_in_the_race(student, rng):
    """A sequence that has ended stays as it is, and wins if it is the likeliest in the end; one that goes on wins if
    it is likelier."""
    for short, wanted in ((0.6, [0]), (0.3, [1, 1, 0])):
        ended = dict.fromkeys(("0", "0 0", "0 1", "1 0"), np.log([0.5, 0.5]).tolist())  # one may ask, to no purpose
        language = ended | {"": np.log([short, 1 - short]).tolist()}
        language |= {"1": np.log([0.1, 0.9]).tolist(), "1 1": np.log([0.9, 0.1]).tolist()}
        tokens, score = _search(student, language, end=0, longest=3)(2)
        assert tokens == wanted
        assert_allclose(score, log_probability(wanted, next_of(language)), rtol=1e-6)


def _parts(rng):
    T, S, d, e = (int(n) for n in rng.choice(np.arange(3, 9), 4, replace=False))
    return rng.normal(0, 1.5, (T, d)), rng.normal(0, 1.5, (S, d)), rng.normal(0, 2, (S, e))


@check("p.14.5", core=True, weight=2, hint="Over which axis does softmax go? And by what are the scores divided?")
def test_attention_is_scaled_and_dot_product(student, rng):
    """What each query gets is what scaled dot-product attention gives, and the weights are those that make it."""
    for _ in range(3):
        queries, keys, values = _parts(rng)
        found, weights = (np.asarray(part, dtype=float) for part in student.attend(queries, keys, values))
        wanted = scaled_dot_product_attention(*(torch.from_numpy(part)[None] for part in (queries, keys, values)))
        assert_allclose(found, wanted[0].numpy(), atol=1e-5)
        mixes_values(found[None], weights[None], values[None])


@check("p.14.5", hint="Set the scores that are not to count before softmax, not the weights after it. To what?")
def test_masked_keys_get_no_attention(student, rng):
    """Keys that are masked get a weight of 0, and the weights of the others sum to 1."""
    for _ in range(3):
        queries, keys, values = _parts(rng)
        n = len(keys) - int(rng.integers(1, len(keys) - 1))
        keys[n:] *= 100
        mask = np.arange(len(keys)) < n
        found, weights = (np.asarray(part, dtype=float) for part in student.attend(queries, keys, values, mask))
        both = np.stack([weights, np.full(weights.shape, 1 / len(keys))])
        shares_attention(both, [n, len(keys)])
        wanted, _ = student.attend(queries, keys[:n], values[:n])
        assert_allclose(found, np.asarray(wanted, dtype=float), atol=1e-5)


@check(
    "p.14.5", hint="What does the exponential of 1,000 give? Does a query see any difference if all scores are raised?"
)
def test_large_scores_are_no_trouble(student, rng):
    """Queries and keys with scores in the thousands give finite weights, all on the best key."""
    queries, keys, values = _parts(rng)
    keys[1] = 500 * queries[0]
    found, weights = (np.asarray(part, dtype=float) for part in student.attend(100 * queries, keys, values))
    assert np.isfinite(found).all()
    assert_allclose(weights[0], np.eye(len(keys))[1], atol=1e-6)


@check("p.14.6", core=True, hint="Which classes does the softmax go over? And what if the right one was drawn, too?")
def test_loss_over_a_sample(student, rng):
    """The loss is the cross entropy of the right class over it and the sampled others, each as often as drawn."""
    for _ in range(5):
        scores = rng.normal(0, 3, 30)
        target, *sampled = (int(n) for n in rng.choice(30, 7, replace=False))
        wanted = cross_entropy(torch.from_numpy(scores[[target, *sampled]])[None], torch.tensor([0]))
        assert_allclose(float(student.sampled_loss(scores, target, sampled)), float(wanted), rtol=1e-5, atol=1e-5)
        hit = [*sampled[:3], target, *sampled[3:], target]
        assert_allclose(float(student.sampled_loss(scores, target, hit)), float(wanted), rtol=1e-5, atol=1e-5)
        again = [*sampled, *sampled[:2]]  # these have two votes
        more = cross_entropy(torch.from_numpy(scores[[target, *again]])[None], torch.tensor([0]))
        assert_allclose(float(student.sampled_loss(scores, target, again)), float(more), rtol=1e-5, atol=1e-5)
        shifted = float(student.sampled_loss(scores + 2000, target, sampled))
        assert_allclose(shifted, float(wanted), atol=1e-3)  # single precision has no more than this of 2,000


WHERE = {
    "training, 60,000 words": True,
    "training, 10 digits": False,
    "perplexity on the test set, 60,000 words": False,
    "beam search, 60,000 words": False,
    "training, 500,000 products": True,
}


@check("p.14.6", hint="When is the right class known? And when is the last layer what takes the time?")
def test_where_it_is_used(student, rng):
    """For each of the five cases you say rightly whether sampled softmax is the thing."""
    student.sampled_loss([0.0, 1.0], 0, [1])
    answer = student.P_14_6_CHOICE
    assert isinstance(answer, dict)
    assert answer.keys() == WHERE.keys()
    assert all(isinstance(said, bool | np.bool_) for said in answer.values())
    right = [name for name, said in WHERE.items() if said]
    chosen([name for name, said in answer.items() if said], WHERE, right=right)
