"""Hidden checks of chapter 15: pretraining (p.15.4 to p.15.6)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from autograder.testing import check
from autograder.testing.closed import agrees, choice, chosen
from autograder.testing.modules import repeats

SPECIAL, MASK, N_TOKENS = [0, 1, 2], 3, 40


def _masked(student, ids, seed):
    inputs, labels = (np.asarray(part) for part in student.mask_tokens(ids, SPECIAL, MASK, N_TOKENS, seed))
    assert inputs.shape == labels.shape == ids.shape
    return inputs, labels


def _likely(count, n, share):
    """Whether a count of `n` draws goes with their probability, in all but one of a million cases; a count that varies
    less than drawn ones do is fine."""
    return abs(count - n * share) <= stats.norm.isf(5e-7) * np.sqrt(n * share * (1 - share)) + 1


def _text(rng):
    ids = rng.integers(4, N_TOKENS, (60, 500))
    ids[:, 0], ids[:, 450:] = 1, 0  # special ones: a beginning, padding
    return ids


@check(
    "p.15.4",
    core=True,
    weight=2,
    hint="Which places have a label, which have changed, and which of those hold the mask? Count each kind.",
)
def test_share_that_is_chosen(student, rng):
    """15 in 100 tokens are to be said, none of them special, and their labels are the true tokens; nothing else
    changes."""
    ids = _text(rng)
    inputs, labels = _masked(student, ids, int(rng.integers(10_000)))
    chosen_ = labels != -100
    assert_array_equal(labels[chosen_], ids[chosen_])
    assert_array_equal(inputs[~chosen_], ids[~chosen_])
    assert not np.isin(ids[chosen_], SPECIAL).any()
    n = int((~np.isin(ids, SPECIAL)).sum())
    assert _likely(chosen_.sum(), n, 0.15)
    halves = chosen_[:, :225].sum(), chosen_[:, 225:450].sum()  # everywhere, and not in the same places of each row
    assert all(_likely(count, n // 2, 0.15) for count in halves)
    assert len({tuple(row) for row in chosen_}) > 50


@check("p.15.4", weight=2, hint="80, 10 and 10 of what? What becomes of each part?")
def test_what_becomes_of_the_chosen(student, rng):
    """Of the chosen tokens, 80 in 100 become the mask, 10 become any token, all equally likely, and 10 stay."""
    ids = _text(rng)
    inputs, labels = _masked(student, ids, int(rng.integers(10_000)))
    chosen_ = labels != -100
    n, given, true = int(chosen_.sum()), inputs[chosen_], labels[chosen_]
    drawn_mask = 0.1 / N_TOKENS
    assert _likely((given == MASK).sum(), n, 0.8 + drawn_mask)
    assert _likely((given == true).sum(), n, 0.1 + drawn_mask)
    other = given[(given != MASK) & (given != true)]
    assert _likely(len(other), n, 0.1 - 2 * drawn_mask)
    assert other.min() >= 0
    assert other.max() < N_TOKENS
    counts = np.bincount(other, minlength=N_TOKENS)[[number for number in range(N_TOKENS) if number != MASK]]
    wanted = np.where(np.isin([number for number in range(N_TOKENS) if number != MASK], SPECIAL), 1.0, 35 / 36)
    assert stats.chisquare(counts, counts.sum() * wanted / wanted.sum()).pvalue > 1e-6


@check(
    "p.15.4",
    hint="Which number is the smallest that can be drawn, and which the largest? Can it be the mask, or the true one?",
)
def test_drawn_from_all_tokens(student, rng):
    """Any token can be drawn, the mask, the true one and the last of all as well."""
    made = []
    for mask in (0, 1):  # of two tokens in all, so that it shows
        ids = np.full((60, 500), 1 - mask)
        made.append([np.asarray(part) for part in student.mask_tokens(ids, [], mask, 2, int(rng.integers(10_000)))])
    for mask, (inputs, labels) in enumerate(made):  # once both are there: they tell the mistakes apart
        given = inputs[labels != -100]
        assert np.isin(given, [0, 1]).all()
        assert _likely((given == mask).sum(), len(given), 0.85)


@check("p.15.4", hint="What is drawn from the seed? And whose array do you write into?")
def test_seed_decides_and_input_is_kept(student, rng):
    """The same seed makes the same exercise, another seed another, and the text that is given stays as it is."""
    ids = rng.integers(4, N_TOKENS, (5, 60))
    repeats(lambda seed: _masked(student, ids, seed), tuple(int(seed) for seed in rng.permutation(1000)[:2]))
    _, (after, *_) = student.watch_("mask_tokens", ids, SPECIAL, MASK, N_TOKENS, 1)
    assert_array_equal(after, ids)


TASKS = [
    "say which token comes next",
    "say which token stands behind a mask",
    "say whether a review is friendly",
    "translate a sentence",
    "sort shuffled sentences",
]


@check("p.15.4", hint="What does `mask_tokens` make exercises for?")
def test_names_berts_task(student, rng):
    """You name BERT's most important task in pretraining."""
    answer = choice(student, "P_15_4_CHOICE", "mask_tokens", [[4, 5, 6, 7]], SPECIAL, MASK, 8, 0)
    chosen(answer, TASKS, right=[TASKS[1]])


@check("p.15.5", core=True, hint="Which of the two is the truth? Over what is the mean, and by what is it multiplied?")
def test_loss_of_distillation(student, rng):
    """The loss is that of the docstring, for any logits and temperature."""
    for n, v, temperature, scale in ((1, 3, 1.0, 1.0), (5, 4, 2.0, 2.0), (3, 9, 4.0, 3.0), (2, 3, 0.5, 400.0)):
        one, other = rng.normal(0, scale, (2, n, v))
        one[0, 0], other[0, 1] = one[0].max() + scale, other[0].max() + scale  # they don't agree
        logs = [torch.log_softmax(torch.from_numpy(part) / temperature, dim=1) for part in (one, other)]
        wanted = torch.nn.functional.kl_div(*logs, reduction="batchmean", log_target=True) * temperature**2
        assert_allclose(float(student.distillation_loss(one, other, temperature)), float(wanted), rtol=1e-4, atol=1e-6)


def _weights(n_tokens, size, n_layers, embedding_size, shared):
    """Count the matrices of real modules."""
    shapes = [(n_tokens, embedding_size or size)]
    if embedding_size is not None:
        shapes.append((embedding_size, size))
    layer = torch.nn.TransformerEncoderLayer(size, 1, 4 * size, bias=False, device="meta")
    shapes += [part.shape for part in layer.parameters() if part.dim() == 2] * (1 if shared else n_layers)
    return sum(int(np.prod(shape)) for shape in shapes)


@check("p.15.5", hint="How many numbers has a matrix? Which of them exist once, and which once in each layer?")
def test_counts_weights(student, rng):
    """The number of weights is right for networks of any size, with a factored embedding and shared layers or
    without."""
    cases = []
    for factored in (False, True):
        for shared in (False, True):
            for _ in range(3):
                n, size, layers, e = (int(rng.integers(*ends)) for ends in ((50, 900), (4, 60), (2, 9), (1, 30)))
                cases.append((n, size, layers, e if factored else None, shared))
    cases.append((70, 12, 3, 12, False))
    agrees(student.count_weights, _weights, cases)


def _logits(rng, B, T, V):
    return torch.tensor(rng.normal(0, 2, (B, T, V)), dtype=torch.float32), torch.tensor(rng.integers(0, V, (B, T)))


@check("p.15.6", core=True, weight=2, hint="Which token is said at the first place? And what is said at the last one?")
def test_loss_of_the_next_token(student, rng):
    """The loss is the mean cross entropy of each token that follows another of its text: padding is not to be said, and
    each token counts once."""
    for B, T, V in ((1, 4, 5), (3, 7, 6), (4, 9, 3)):
        logits, ids = _logits(rng, B, T, V)
        lengths = rng.integers(2, T + 1, B)
        lengths[0] = T
        mask = torch.tensor(np.arange(T) < lengths[:, None], dtype=torch.int64)
        shares = torch.log_softmax(logits.double(), dim=-1).numpy()
        told = [-shares[row, t, ids[row, t + 1]] for row in range(B) for t in range(lengths[row] - 1)]
        assert_allclose(float(student.next_token_loss(logits, ids, mask)), np.mean(told), rtol=1e-4)


def slope(loss, logits, ids, mask):
    """The gradient of a loss (runs in the student's process)."""
    logits = logits.clone().requires_grad_()
    loss(logits, ids, mask).backward()
    return logits.grad


@check("p.15.6", hint="Is the loss made of tensors? Which logits should not matter to it at all?")
def test_gradient_of_the_loss(student, rng):
    """Gradients flow to what is said before each token, and none to what is said at the end or in padding."""
    logits, ids = _logits(rng, 2, 5, 4)
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    found = student.probe_(slope)(student.next_token_loss, logits, ids, mask)
    assert found is not None
    found = np.asarray(found)
    moved = np.abs(found).sum(axis=2) > 1e-6
    assert_array_equal(moved, [[True, True, True, True, False], [True, True, False, False, False]])


GPT = [
    "say which token comes next",
    "say which token stands behind a mask",
    "say whether two sentences follow",
    "please people who compare answers",
    "translate a sentence",
]


@check("p.15.6", hint="What does `next_token_loss` train a model to do?")
def test_names_gpts_task(student, rng):
    """You name what GPT is pretrained to do."""
    ids = torch.tensor([[1, 0]])
    answer = choice(student, "P_15_6_CHOICE", "next_token_loss", torch.zeros(1, 2, 3), ids, torch.ones_like(ids))
    chosen(answer, GPT, right=[GPT[0]])
