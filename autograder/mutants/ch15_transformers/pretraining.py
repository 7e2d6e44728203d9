"""Chapter 15, pretraining (p.15.4 to p.15.6): wrong answers, and right ones."""

import random

import numpy as np
import torch
from scipy.special import softmax
from torch import nn
from torch.nn.functional import cross_entropy, kl_div

from autograder.testing import alternative, mutant
from solutions.ch15_transformers.pretraining import count_weights, distillation_loss, mask_tokens

# ---------------------------------------------------------------- p.15.4


def _masked(ids, special, mask, n_tokens, seed, share=0.15, fates=(0.8, 0.9), seen=None):
    rng = np.random.default_rng(seed)
    tokens = np.array(ids)
    chosen = (rng.random(tokens.shape) < share) & ~np.isin(tokens, list(special))
    fate = rng.random(tokens.shape)
    inputs = np.where(chosen & (fate < fates[0]), mask, tokens)
    inputs = np.where(chosen & (fate >= fates[1]), rng.integers(n_tokens, size=tokens.shape), inputs)
    return inputs, np.where(chosen if seen is None else seen(chosen, fate), tokens, -100)


@mutant("p.15.4", replaces="mask_tokens", fails="test_share_that_is_chosen")
def special_ones_too(ids, special, mask, n_tokens, seed):
    """You choose special tokens as well: there is nothing to learn from saying padding."""
    return _masked(ids, [], mask, n_tokens, seed)


@mutant("p.15.4", replaces="mask_tokens", fails="test_share_that_is_chosen")
def labels_everywhere(ids, special, mask, n_tokens, seed):
    """You give a label to every token: -100 where none was chosen."""
    return _masked(ids, special, mask, n_tokens, seed)[0], np.array(ids)


@mutant("p.15.4", replaces="mask_tokens", fails="test_share_that_is_chosen")
def labels_behind_masks_only(ids, special, mask, n_tokens, seed):
    """You give labels to masked tokens only: the chosen ones that stay, or become another, have to be said as well."""
    return _masked(ids, special, mask, n_tokens, seed, seen=lambda chosen, fate: chosen & (fate < 0.8))


@mutant("p.15.4", replaces="mask_tokens", fails="test_share_that_is_chosen")
def of_all_tokens(ids, special, mask, n_tokens, seed):
    """You choose 15% of all tokens, special ones counted, from those that are not: these are too many."""
    share = 0.15 / (1 - np.isin(ids, list(special)).mean())
    return _masked(ids, special, mask, n_tokens, seed, share=min(share, 1.0))


@mutant("p.15.4", replaces="mask_tokens", fails="test_share_that_is_chosen")
def same_places_in_each_row(ids, special, mask, n_tokens, seed):
    """You choose the same places in each row: draw for each token by itself."""
    tokens = np.array(ids)
    rng = np.random.default_rng(seed)
    chosen = np.broadcast_to(rng.random(tokens.shape[1]) < 0.15, tokens.shape) & ~np.isin(tokens, list(special))
    fate = rng.random(tokens.shape)
    inputs = np.where(chosen & (fate < 0.8), mask, tokens)
    inputs = np.where(chosen & (fate >= 0.9), rng.integers(n_tokens, size=tokens.shape), inputs)
    return inputs, np.where(chosen, tokens, -100)


@mutant("p.15.4", replaces="mask_tokens", fails="test_what_becomes_of_the_chosen")
def all_masked(ids, special, mask, n_tokens, seed):
    """You mask all that are chosen: some become another token, and some stay, since later texts have no masks."""
    return _masked(ids, special, mask, n_tokens, seed, fates=(1.0, 1.0))


@mutant("p.15.4", replaces="mask_tokens", fails="test_what_becomes_of_the_chosen")
def none_stay(ids, special, mask, n_tokens, seed):
    """You replace all that you don't mask: half of these stay as they are."""
    return _masked(ids, special, mask, n_tokens, seed, fates=(0.8, 0.8))


@mutant("p.15.4", replaces="mask_tokens", fails="test_what_becomes_of_the_chosen")
def tenth_of_the_rest(ids, special, mask, n_tokens, seed):
    """You draw a tenth of what is left after masking: it is a tenth of all that are chosen."""
    return _masked(ids, special, mask, n_tokens, seed, fates=(0.8, 0.98))


def _redrawn(ids, special, mask, n_tokens, seed, draw):
    inputs, labels = _masked(ids, special, mask, n_tokens, seed, fates=(0.8, 1.0))
    rng = np.random.default_rng(seed + 1)
    tokens = np.array(ids)
    drawn = (labels >= 0) & (inputs != mask) & (rng.random(tokens.shape) < 0.5)
    return np.where(drawn, draw(rng, tokens), np.where((labels >= 0) & (inputs != mask), tokens, inputs)), labels


@mutant("p.15.4", replaces="mask_tokens", fails="test_drawn_from_all_tokens")
def never_the_mask(ids, special, mask, n_tokens, seed):
    """You draw from all tokens but the mask: it can be drawn as any other."""
    others = [token for token in range(n_tokens) if token != mask]
    return _redrawn(ids, special, mask, n_tokens, seed, lambda rng, tokens: rng.choice(others, tokens.shape))


@mutant("p.15.4", replaces="mask_tokens", fails="test_drawn_from_all_tokens")
def never_the_true_one(ids, special, mask, n_tokens, seed):
    """You draw until the token is another one: all are equally likely, the true one as well."""

    def draw(rng, tokens):
        return (tokens + rng.integers(1, n_tokens, tokens.shape)) % n_tokens

    return _redrawn(ids, special, mask, n_tokens, seed, draw)


@mutant("p.15.4", replaces="mask_tokens", fails="test_drawn_from_all_tokens")
def last_token_forgotten(ids, special, mask, n_tokens, seed):
    """You never draw the last token: `integers(n)` already ends before n."""
    return _redrawn(
        ids, special, mask, n_tokens, seed, lambda rng, tokens: rng.integers(n_tokens - 1, size=tokens.shape)
    )


@mutant("p.15.4", replaces="mask_tokens", fails="test_seed_decides_and_input_is_kept")
def in_place(ids, special, mask, n_tokens, seed):
    """You write into the text that you are given: work on a copy."""
    inputs, labels = mask_tokens(ids, special, mask, n_tokens, seed)
    ids[...] = inputs
    return ids, labels


@mutant("p.15.4", replaces="mask_tokens", fails="test_seed_decides_and_input_is_kept")
def another_each_time(ids, special, mask, n_tokens, seed):
    """You don't use the seed."""
    return mask_tokens(ids, special, mask, n_tokens, int(np.random.randint(2**31)))


@mutant("p.15.4", replaces="P_15_4_CHOICE", fails="test_names_berts_task", constant=True)
def gpts_task():
    """That is what GPT does: BERT sees what comes after a gap as well."""
    return "say which token comes next"


@alternative("p.15.4", replaces="mask_tokens")
def counted_out(ids, special, mask, n_tokens, seed):
    """Exactly 15%, in a shuffled order, in PyTorch."""
    source = torch.Generator().manual_seed(seed)
    inputs = torch.tensor(np.asarray(ids)).flatten()
    labels = torch.full_like(inputs, -100)
    places = torch.tensor([i for i, token in enumerate(inputs.tolist()) if token not in special])
    places = places[torch.randperm(len(places), generator=source)][: round(0.15 * len(places))]
    labels[places] = inputs[places]
    n = len(places)
    masked, drawn, _ = places.split([round(0.8 * n), round(0.1 * n), n - round(0.8 * n) - round(0.1 * n)])
    inputs[masked] = mask
    inputs[drawn] = torch.randint(n_tokens, (len(drawn),), generator=source)
    return inputs.view(np.shape(ids)), labels.view(np.shape(ids))


@alternative("p.15.4", replaces="mask_tokens")
def token_by_token_by_hand(ids, special, mask, n_tokens, seed):
    """With Python's own random numbers, token by token, in lists."""
    draw = random.Random(seed)
    inputs = [[int(token) for token in row] for row in ids]
    labels = [[-100] * len(row) for row in inputs]
    for row, told in zip(inputs, labels, strict=True):
        for place, token in enumerate(row):
            if token not in special and draw.random() < 0.15:
                told[place] = token
                row[place] = draw.choices([mask, draw.randrange(n_tokens), token], [8, 1, 1])[0]
    return inputs, labels


# ---------------------------------------------------------------- p.15.5


@mutant("p.15.5", replaces="distillation_loss", fails="test_loss_of_distillation")
def the_other_way_round(student, teacher, temperature):
    """You take the teacher's divergence from the student: the teacher's probabilities are the weights."""
    return distillation_loss(teacher, student, temperature)


@mutant("p.15.5", replaces="distillation_loss", fails="test_loss_of_distillation")
def cross_entropy_only(student, teacher, temperature):
    """You take the cross entropy: the divergence is 0 where both agree."""
    t, s = (softmax(np.asarray(part) / temperature, axis=1) for part in (teacher, student))
    return float(-(t * np.log(s + 1e-300)).sum(1).mean() * temperature**2)


@mutant("p.15.5", replaces="distillation_loss", fails="test_loss_of_distillation")
def kept_from_zero(student, teacher, temperature):
    """You add a little to probabilities before the logarithm, so that an unlikely class costs too little: take
    `log_softmax` of the logits."""
    s, t = (softmax(np.asarray(part) / temperature, axis=1) for part in (student, teacher))
    return float((t * np.log((t + 1e-12) / (s + 1e-12))).sum(1).mean() * temperature**2)


@mutant("p.15.5", replaces="distillation_loss", fails="test_loss_of_distillation")
def not_scaled_back(student, teacher, temperature):
    """You don't multiply by the temperature squared, so that hot losses have tiny gradients."""
    return distillation_loss(student, teacher, temperature) / temperature**2


@mutant("p.15.5", replaces="distillation_loss", fails="test_loss_of_distillation")
def sum_over_everything(student, teacher, temperature):
    """You sum over the rows as well: take their mean."""
    return distillation_loss(student, teacher, temperature) * len(student)


@mutant("p.15.5", replaces="distillation_loss", fails="test_loss_of_distillation")
def mean_over_everything(student, teacher, temperature):
    """You take the mean over classes as well: sum over these."""
    return distillation_loss(student, teacher, temperature) / np.shape(student)[1]


@mutant("p.15.5", replaces="count_weights", fails="test_counts_weights")
def layers_not_shared(n_tokens, size, n_layers, embedding_size=None, shared=False):
    """You count shared layers once each: they have the same weights, which exist once."""
    return count_weights(n_tokens, size, n_layers, embedding_size, False)


@mutant("p.15.5", replaces="count_weights", fails="test_counts_weights")
def attention_shared_only(n_tokens, size, n_layers, embedding_size=None, shared=False):
    """You share the attention's matrices only: layers that share their weights share those of size × 4 size, too."""
    return count_weights(n_tokens, size, n_layers, embedding_size, shared) + shared * (n_layers - 1) * 8 * size**2


@mutant("p.15.5", replaces="count_weights", fails="test_counts_weights")
def without_the_way_up(n_tokens, size, n_layers, embedding_size=None, shared=False):
    """You leave out the matrix that makes states of small embeddings."""
    return count_weights(n_tokens, embedding_size or size, 0) + count_weights(0, size, n_layers, None, shared)


@mutant("p.15.5", replaces="count_weights", fails="test_counts_weights")
def embeddings_shared(n_tokens, size, n_layers, embedding_size=None, shared=False):
    """You count embeddings in each layer: they exist once."""
    layers = 1 if shared else n_layers
    return layers * count_weights(n_tokens, size, 1, embedding_size)


@alternative("p.15.5", replaces="distillation_loss")
def torch_divergence(student, teacher, temperature):
    """PyTorch's divergence."""
    s, t = (torch.tensor(np.asarray(part, dtype=float)) / temperature for part in (student, teacher))
    return kl_div(s.log_softmax(1), t.log_softmax(1), reduction="batchmean", log_target=True) * temperature**2


@alternative("p.15.5", replaces="distillation_loss")
def cross_entropy_less_entropy(student, teacher, temperature):
    """As cross entropy less entropy, in float32."""
    s, t = (torch.tensor(np.asarray(part), dtype=torch.float32) / temperature for part in (student, teacher))
    entropy = -(t.softmax(-1) * t.log_softmax(-1)).sum(-1).mean()
    return (cross_entropy(s, t.softmax(-1)) - entropy).item() * temperature**2


@alternative("p.15.5", replaces="count_weights")
def by_shapes(n_tokens, size, n_layers, embedding_size=None, shared=False):
    """As a list of matrices."""
    shapes = [(size, size)] * 4 + [(size, 4 * size), (4 * size, size)]
    shapes *= n_layers if not shared else 1
    shapes += [(n_tokens, size)] if embedding_size is None else [(n_tokens, embedding_size), (embedding_size, size)]
    return sum(a * b for a, b in shapes)


# ---------------------------------------------------------------- p.15.6


def _next(logits, ids, mask, before=slice(None, -1), after=slice(1, None)):
    kept = mask[:, after].bool()
    return cross_entropy(logits[:, before][kept], ids[:, after][kept])


@mutant("p.15.6", replaces="next_token_loss", fails="test_loss_of_the_next_token")
def not_moved(logits, ids, mask):
    """You compare each place with its own token, which the model has just read: move the tokens by one."""
    return _next(logits, ids, mask, slice(None), slice(None))


@mutant("p.15.6", replaces="next_token_loss", fails="test_loss_of_the_next_token")
def moved_twice(logits, ids, mask):
    """You move the tokens by two: each place says the very next one."""
    return _next(logits, ids, mask, slice(None, -2), slice(2, None))


@mutant("p.15.6", replaces="next_token_loss", fails="test_loss_of_the_next_token")
def the_one_before(logits, ids, mask):
    """You ask each place for the token before it: the text goes the other way."""
    return _next(logits, ids, mask, slice(1, None), slice(None, -1))


@mutant("p.15.6", replaces="next_token_loss", fails="test_loss_of_the_next_token")
def padding_said(logits, ids, mask):
    """You ask for padding as well: leave out what the mask says is none of the text."""
    return _next(logits, ids, torch.ones_like(mask))


@mutant("p.15.6", replaces="next_token_loss", fails="test_loss_of_the_next_token")
def asked_at_the_last(logits, ids, mask):
    """You leave out places of padding, and ask a text's last token for the padding after it: what counts is whether
    the token that follows is of the text."""
    kept = mask[:, :-1].bool()
    return cross_entropy(logits[:, :-1][kept], ids[:, 1:][kept])


@mutant("p.15.6", replaces="next_token_loss", fails="test_loss_of_the_next_token")
def mean_of_rows(logits, ids, mask):
    """You take the mean of the rows' means, in which tokens of short texts count more: each token counts once."""
    return torch.stack([_next(logits[i : i + 1], ids[i : i + 1], mask[i : i + 1]) for i in range(len(ids))]).mean()


@mutant("p.15.6", replaces="next_token_loss", fails="test_loss_of_the_next_token")
def zero_is_padding(logits, ids, mask):
    """You take the token 0 for padding: it may be of the text. The mask says what is padding."""
    return cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], ignore_index=0)


@mutant("p.15.6", replaces="next_token_loss", fails="test_loss_of_the_next_token")
def divided_by_all_tokens(logits, ids, mask):
    """You divide by the number of all tokens of the text: the first one of each is not said, so it does not count."""
    return _next(logits, ids, mask) * mask[:, 1:].sum() / mask.sum()


@mutant("p.15.6", replaces="next_token_loss", fails="test_gradient_of_the_loss")
def a_number(logits, ids, mask):
    """You return a loss that is cut off from its gradients: no `item`, no `detach`, no NumPy."""
    return _next(logits.detach(), ids, mask).requires_grad_()


@mutant("p.15.6", replaces="P_15_6_CHOICE", fails="test_names_gpts_task", constant=True)
def preferences():
    """That comes later, when a chatbot is made of it."""
    return "please people who compare answers"


@alternative("p.15.6", replaces="next_token_loss")
def with_ignored_labels(logits, ids, mask):
    """Labels that the loss leaves out."""
    labels = torch.where(mask[:, 1:] == 1, ids[:, 1:], -100)
    return nn.CrossEntropyLoss()(logits[:, :-1].transpose(1, 2), labels)


@alternative("p.15.6", replaces="next_token_loss")
def picked_by_hand(logits, ids, mask):
    """Picks each log probability, and takes the weighted mean."""
    told = logits.log_softmax(-1)[:, :-1].gather(2, ids[:, 1:, None])[..., 0]
    return -(told * mask[:, 1:]).sum() / mask[:, 1:].sum()
