"""Speeches that an n-gram can't see through, and models and tokenizers to write with, for the checks of p.15.13."""

from collections import Counter, defaultdict

import numpy as np

LENGTH, FILLERS = 24, 4


class Speeches:
    """Blocks of tokens, each said by one of six speakers: every fourth token is one of the speaker's own four words,
    and the three between are any of four that all of them use. Who said it stands too far back for an n-gram."""

    n_tokens = FILLERS + 24

    def __init__(self, rng) -> None:
        self.words = FILLERS + rng.permutation(24).reshape(6, 4)

    def draw(self, rng, n: int) -> np.ndarray:
        blocks = rng.integers(FILLERS, size=(n, LENGTH))
        speaker = rng.integers(6, size=n)
        blocks[:, ::4] = self.words[speaker[:, None], rng.integers(4, size=(n, LENGTH // 4))]
        return blocks


def n_gram_perplexity(train: np.ndarray, test: np.ndarray, n_tokens: int, order: int) -> float:
    """Return the perplexity on `test` of who has counted what follows each `order` - 1 tokens in `train`, mixed with
    what follows fewer of them (Witten and Bell's way)."""
    counts: defaultdict[tuple[int, ...], Counter] = defaultdict(Counter)
    for row in train.tolist():
        for i, token in enumerate(row):
            for k in range(min(order, i + 1)):
                counts[tuple(row[i - k : i])][token] += 1
    losses = []
    for row in test.tolist():
        for i in range(1, len(row)):
            share = 1 / n_tokens
            for k in range(min(order, i + 1)):
                seen = counts.get(tuple(row[i - k : i]))
                if seen:
                    share = (seen[row[i]] + len(seen) * share) / (seen.total() + len(seen))
            losses.append(-np.log(share))
    return float(np.exp(np.mean(losses)))


def probabilities(logits, temperature=1.0, top_k=None, top_p=None) -> np.ndarray:
    """Return the probabilities of the tokens, one after the other in a loop."""
    shares = np.exp(np.asarray(logits, dtype=float) / temperature)
    shares /= shares.sum()
    ranked = sorted(range(len(shares)), key=lambda token: -shares[token])
    ranked = ranked if top_k is None else ranked[:top_k]
    whole, kept, total = sum(shares[token] for token in ranked), [], 0.0
    for token in ranked:
        if top_p is not None and total >= top_p:
            break
        kept.append(token)
        total += shares[token] / whole
    found = np.zeros(len(shares))
    found[kept] = shares[kept] / shares[kept].sum()
    return found


# ---------------------------------------------------------------- probes: run in the student's process, hold no secret


def small_writer(n_tokens, seed, size=32, dropout=0.0):
    """A GPT-2; its weights are drawn."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(seed)
    config = GPT2Config(
        vocab_size=n_tokens,
        n_positions=24,
        n_embd=size,
        n_layer=2,
        n_head=2,
        initializer_range=0.1,
        resid_pdrop=dropout,
        embd_pdrop=dropout,
        attn_pdrop=dropout,
        bos_token_id=0,
        eos_token_id=0,
        loss_type="ForCausalLM",
    )
    return GPT2LMHeadModel(config).eval()


def word_tokenizer(words):
    """A tokenizer whose tokens are words."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    splitter = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token=words[0]))
    splitter.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=splitter)


def from_table(table, n_positions, oldest=False):
    """A language model that looks up the last tokens that it is shown, as many as the table has dimensions but one; or
    the last and the very first of them. It notes how many rows it got at most."""
    from types import SimpleNamespace

    import torch

    class Table(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.table = torch.nn.Parameter(table, requires_grad=False)
            self.device = self.table.device  # as the library's models have one
            self.config = SimpleNamespace(n_positions=n_positions)
            self.most = 0

        def forward(self, input_ids, **others):
            if input_ids.shape[1] > n_positions:
                raise ValueError(f"{input_ids.shape[1]} tokens: the model can read {n_positions}")
            self.most = max(self.most, len(input_ids))
            before = torch.roll(input_ids, 1, dims=1)
            before[:, 0] = 0
            if oldest:
                before = input_ids[:, :1].expand_as(input_ids)
            keys = (before, input_ids) if self.table.ndim == 3 else (input_ids,)
            return SimpleNamespace(logits=self.table[keys])

    return Table()


def logits_of_blocks(model, blocks):
    """What a language model says."""
    import torch

    model.eval()
    with torch.no_grad():
        return model(blocks).logits.float()


def weights_now(model):
    """All weights."""
    return {name: value.detach().clone() for name, value in model.state_dict().items() if value.is_floating_point()}


def switched(model, training):
    """Put a model into a mode."""
    model.train(training)
