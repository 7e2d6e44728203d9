"""Chapter 15, what a GPT writes (p.15.13): wrong answers, and right ones."""

import numpy as np
import torch

from autograder.testing import alternative, mutant
from solutions.ch15_transformers.writing import draw_tokens, generate, next_probabilities

# ---------------------------------------------------------------- probabilities, wrong


def _softmax(scores):
    shares = np.exp(scores - scores.max())
    return shares / shares.sum()


def _only(shares, kept):
    found = np.zeros(len(shares))
    found[kept] = shares[kept] / shares[kept].sum()
    return found


@mutant("p.15.13", replaces="next_probabilities", fails="test_temperature_divides_the_logits")
def temperature_times_logits(logits, temperature=1.0, top_k=None, top_p=None):
    """You multiply the logits by the temperature: it divides them."""
    return next_probabilities(logits, 1 / temperature, top_k, top_p)


@mutant("p.15.13", replaces="next_probabilities", fails="test_temperature_divides_the_logits")
def temperature_of_the_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    """You divide the probabilities by the temperature, which changes nothing once their sum is 1: divide the logits."""
    return next_probabilities(logits, 1.0, top_k, top_p)


@mutant("p.15.13", replaces="next_probabilities", fails="test_top_k_keeps_the_k_likeliest")
def sum_below_one(logits, temperature=1.0, top_k=None, top_p=None):
    """After you have set the others to 0, the sum is no longer 1: divide by it."""
    whole = _softmax(np.asarray(logits, dtype=float) / temperature)
    return whole * (next_probabilities(logits, temperature, top_k, top_p) > 0)


@mutant("p.15.13", replaces="next_probabilities", fails="test_top_k_keeps_the_k_likeliest")
def the_k_first(logits, temperature=1.0, top_k=None, top_p=None):
    """You keep the k first tokens: the likeliest are asked for."""
    scores = np.array(logits, dtype=float)
    scores[top_k or len(scores) :] = -np.inf
    return next_probabilities(scores, temperature, None, top_p)


@mutant("p.15.13", replaces="next_probabilities", fails="test_top_k_keeps_the_k_likeliest")
def others_get_zero_logits(logits, temperature=1.0, top_k=None, top_p=None):
    """You set the others' logits to 0, and e to the 0 is 1: set them to minus infinity."""
    scores = np.array(logits, dtype=float)
    if top_k is not None and top_k < len(scores):
        scores[np.argsort(-scores)[top_k:]] = 0.0
    return next_probabilities(scores, temperature, None, top_p)


@mutant("p.15.13", replaces="next_probabilities", fails="test_top_p_keeps_the_nucleus")
def without_the_one_that_passes(logits, temperature=1.0, top_k=None, top_p=None):
    """You leave out the token that passes `top_p`, and fall short of it: it is the last one that is kept."""
    shares = next_probabilities(logits, temperature, top_k)
    if top_p is None:
        return shares
    order = np.argsort(-shares)
    return _only(shares, order[: max(1, int((shares[order].cumsum() <= top_p).sum()))])


@mutant("p.15.13", replaces="next_probabilities", fails="test_top_p_keeps_the_nucleus")
def each_above_top_p(logits, temperature=1.0, top_k=None, top_p=None):
    """You keep tokens whose own probability is not far below the best one's: it is their sum that counts."""
    shares = next_probabilities(logits, temperature, top_k)
    return shares if top_p is None else _only(shares, shares >= (1 - top_p) * shares.max())


@mutant("p.15.13", replaces="next_probabilities", fails="test_top_p_keeps_the_nucleus")
def nucleus_before_the_temperature(logits, temperature=1.0, top_k=None, top_p=None):
    """You choose the nucleus before the temperature has its say: the logits are divided first."""
    kept = next_probabilities(logits, 1.0, top_k, top_p) > 0
    return _only(_softmax(np.asarray(logits, dtype=float) / temperature), kept)


@mutant("p.15.13", replaces="next_probabilities", fails="test_top_p_is_asked_after_top_k")
def nucleus_of_all(logits, temperature=1.0, top_k=None, top_p=None):
    """You compare `top_p` with the probabilities among all tokens: it comes after `top_k`."""
    kept = next_probabilities(logits, temperature, None, top_p) > 0
    return _only(next_probabilities(logits, temperature, top_k), kept)


# ---------------------------------------------------------------- drawing, wrong


@mutant("p.15.13", replaces="draw_tokens", fails="test_tokens_are_drawn_by_their_probabilities")
def always_the_likeliest(logits, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """You take the likeliest token each time: draw one."""
    return np.full(n, int(np.argmax(logits)))


@mutant("p.15.13", replaces="draw_tokens", fails="test_tokens_are_drawn_by_their_probabilities")
def all_equally_likely(logits, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """You draw among the tokens that are left as if they were equally likely: hand over their probabilities."""
    kept = np.flatnonzero(next_probabilities(logits, temperature, top_k, top_p))
    return np.random.default_rng(seed).choice(kept, n)


@mutant("p.15.13", replaces="draw_tokens", fails="test_tokens_are_drawn_by_their_probabilities")
def knobs_forgotten(logits, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """You draw by the temperature only: `top_k` and `top_p` are to be heeded, too."""
    return draw_tokens(logits, n, temperature, seed=seed)


@mutant("p.15.13", replaces="draw_tokens", fails="test_draws_do_not_depend_on_each_other")
def in_order(logits, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """Your tokens are sorted: return them in the order in which they were drawn."""
    return np.sort(draw_tokens(logits, n, temperature, top_k, top_p, seed))


@mutant("p.15.13", replaces="draw_tokens", fails="test_draws_do_not_depend_on_each_other")
def numbers_as_wanted(logits, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """You draw some tokens and repeat each: every one is drawn by itself."""
    return np.repeat(draw_tokens(logits, (n + 1) // 2, temperature, top_k, top_p, seed), 2)[:n]


# ---------------------------------------------------------------- writing, wrong


def _written(model, tokenizer, prompt, n, options, seed, *, shown=lambda tokens, room: tokens[-room:], reseeded=False):
    model.eval()
    tokens, generator = list(tokenizer(prompt)["input_ids"]), torch.Generator().manual_seed(seed)
    for _ in range(n):
        if reseeded:
            generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            logits = model(torch.tensor([shown(tokens, model.config.n_positions)])).logits[0, -1]
        shares = torch.tensor(np.asarray(next_probabilities(logits.tolist(), *options)))
        tokens.append(int(torch.multinomial(shares, 1, generator=generator)))
    return tokens


@mutant("p.15.13", replaces="generate", fails="test_the_likeliest_go_on_with_the_prompt")
def without_the_prompt(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """You return the new tokens only: the prompt comes before them."""
    tokens = _written(model, tokenizer, prompt, n, (temperature, top_k, top_p), seed)
    return tokenizer.decode(tokens[len(tokenizer(prompt)["input_ids"]) :])


@mutant("p.15.13", replaces="generate", fails="test_the_likeliest_go_on_with_the_prompt")
def one_token_is_shown(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """You show the model the last token only: it gets all that is there already."""
    shown = lambda tokens, room: tokens[-1:]  # noqa: E731
    return tokenizer.decode(_written(model, tokenizer, prompt, n, (temperature, top_k, top_p), seed, shown=shown))


@mutant("p.15.13", replaces="generate", fails="test_writes_more_than_the_model_can_read")
def more_than_it_can_read(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """You show the model all tokens, also where there are more than it can read: show it the last ones."""
    shown = lambda tokens, room: tokens  # noqa: E731
    return tokenizer.decode(_written(model, tokenizer, prompt, n, (temperature, top_k, top_p), seed, shown=shown))


@mutant("p.15.13", replaces="generate", fails="test_writes_more_than_the_model_can_read")
def the_first_ones_are_shown(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """Where there are too many tokens, you show the first ones: the last ones say what comes next."""
    shown = lambda tokens, room: tokens[:room]  # noqa: E731
    return tokenizer.decode(_written(model, tokenizer, prompt, n, (temperature, top_k, top_p), seed, shown=shown))


@mutant("p.15.13", replaces="generate", fails="test_writes_more_than_the_model_can_read")
def fewer_than_it_can_read(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """You show the model one token less than it can read."""
    shown = lambda tokens, room: tokens[-max(room - 1, 1) :]  # noqa: E731
    return tokenizer.decode(_written(model, tokenizer, prompt, n, (temperature, top_k, top_p), seed, shown=shown))


@mutant("p.15.13", replaces="generate", fails="test_writes_without_dropout")
def writes_with_dropout(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """Dropout is at work while you write: call `model.eval()` first."""
    asked = lambda ids: model.train(mode)(ids)  # noqa: E731
    asked.eval, asked.config, mode = lambda: None, model.config, getattr(model, "training", False)
    return tokenizer.decode(_written(asked, tokenizer, prompt, n, (temperature, top_k, top_p), seed))


@mutant("p.15.13", replaces="generate", fails="test_what_is_written_is_drawn_by_the_probabilities")
def knobs_not_handed_on(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """The temperature is not handed on: give it to `next_probabilities`, with the rest."""
    return generate(model, tokenizer, prompt, n, 1.0, top_k, top_p, seed)


@mutant("p.15.13", replaces="generate", fails="test_what_is_written_is_drawn_by_the_probabilities")
def same_chance_each_time(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """You begin with the same seed for each token: set it once, before the first."""
    return tokenizer.decode(_written(model, tokenizer, prompt, n, (temperature, top_k, top_p), seed, reseeded=True))


@mutant("p.15.13", replaces="generate", fails="test_seed_decides_what_is_written")
def same_text_for_all_seeds(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """You don't use the seed that you are given."""
    return generate(model, tokenizer, prompt, n, temperature, top_k, top_p, 42)


# ---------------------------------------------------------------- right


@alternative("p.15.13", replaces="next_probabilities")
def by_torch(logits, temperature=1.0, top_k=None, top_p=None):
    """By PyTorch, in float32, with minus infinities."""
    scores = torch.as_tensor(logits, dtype=torch.float32) / temperature
    if top_k is not None:
        scores = scores.masked_fill(scores < scores.topk(min(top_k, len(scores))).values[-1], -torch.inf)
    if top_p is not None:
        ranked, order = scores.softmax(0).sort(descending=True)
        scores[order[ranked.cumsum(0) - ranked >= top_p]] = -torch.inf
    return scores.softmax(0)


@alternative("p.15.13", replaces="draw_tokens")
def by_the_largest_with_noise(logits, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """The largest of log probabilities with Gumbel noise: that draws by the probabilities, too."""
    with np.errstate(divide="ignore"):
        scores = np.log(np.asarray(next_probabilities(logits, temperature, top_k, top_p)))
    return (scores + np.random.default_rng(seed).gumbel(size=(n, len(scores)))).argmax(axis=1)


@alternative("p.15.13", replaces="generate")
def by_multinomial(model, tokenizer, prompt, n, temperature=1.0, top_k=None, top_p=None, seed=42):
    """By PyTorch's generator."""
    return tokenizer.decode(_written(model, tokenizer, prompt, n, (temperature, top_k, top_p), seed))
