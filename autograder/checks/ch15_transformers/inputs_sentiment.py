"""Reviews in which the order of opinions decides, and small BERTs to read them, for the checks of p.15.12."""

import numpy as np
import torch

VOWELS, CONSONANTS = "aeiou", "bdfgklmnprstvz"
SPECIAL = 5  # numbers that stand for no word: [PAD], [UNK], [CLS], [SEP], [MASK]


def some_words(rng, n: int) -> list[str]:
    """Draw `n` different words of small letters."""
    found: dict[str, None] = {}
    while len(found) < n:
        size = int(rng.integers(3, 8))
        found["".join(str(rng.choice(list((CONSONANTS, VOWELS)[i % 2]))) for i in range(size))] = None
    return list(found)


class Reviews:
    """A made-up language: three words praise, three blame, nine say nothing.

    Each review has one word of either kind, and the later of both decides (or the earlier): who counts words, in
    whatever way, knows nothing.
    """

    def __init__(self, rng, *, later: bool = True) -> None:
        self.words = some_words(rng, 15)
        self.later = later

    def draw(self, rng, n: int) -> tuple[list[str], np.ndarray]:
        labels = rng.permutation(np.arange(n) % 2)
        return [self._one(rng, bool(label)) for label in labels], labels

    def _one(self, rng, praises: bool) -> str:
        words = rng.choice(self.words[6:], int(rng.integers(4, 9))).astype(object)
        first, second = np.sort(rng.choice(len(words), 2, replace=False))
        decides, other = (second, first) if self.later else (first, second)
        words[decides] = self.words[int(rng.integers(3)) + (0 if praises else 3)]
        words[other] = self.words[int(rng.integers(3)) + (3 if praises else 0)]
        return " ".join(words)


def encoded(words: list[str], texts: list[str], max_length: int = 32) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what a tokenizer of these words should make of texts: their numbers, padded, and the mask."""
    number = {word: i for i, word in enumerate(words, start=SPECIAL)}
    rows = [[2, *[number.get(word, 1) for word in text.split()][: max_length - 2], 3] for text in texts]
    ids = torch.zeros((len(rows), max(map(len, rows))), dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask


# ---------------------------------------------------------------- probes: run in the student's process, hold no secret


def word_bert(words, seed, size=32, dropout=0.0, loud=1.0):
    """A BERT whose tokens are words, with its tokenizer; its weights are drawn, its head's `loud` times as large."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    numbers = {word: i for i, word in enumerate([*special, *words])}
    splitter = Tokenizer(models.WordLevel(numbers, unk_token="[UNK]"))
    splitter.pre_tokenizer = pre_tokenizers.Whitespace()
    splitter.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    named = {f"{token[1:-1].lower()}_token": token for token in special}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=splitter, **named)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(numbers),
        hidden_size=size,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * size,
        max_position_embeddings=64,
        initializer_range=0.1,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        num_labels=2,
    )
    model = BertForSequenceClassification(config).eval()
    with torch.no_grad():
        model.classifier.weight.mul_(loud)
    return model, tokenizer


class Seen:
    """Notes which rows of tokens a layer gets while it learns: in training mode, with gradients."""

    def __init__(self, layer):
        import torch

        self.rows = []

        def note(module, args, kwargs):
            ids = kwargs.get("input_ids", args[0] if args else None)
            if module.training and torch.is_grad_enabled():
                self.rows += ids.tolist()

        layer.register_forward_pre_hook(note, with_kwargs=True)


def logits_of(model, ids, mask):
    """What a classifier says."""
    import torch

    model.eval()
    with torch.no_grad():
        return model(input_ids=ids, attention_mask=mask).logits.float()


def states_of(model, ids, mask):
    """The last layer's vectors."""
    import torch

    model.eval()
    with torch.no_grad():
        return model.base_model(input_ids=ids, attention_mask=mask).last_hidden_state.float()


def state_of(model):
    """All weights."""
    return {name: value.detach().clone() for name, value in model.state_dict().items() if value.is_floating_point()}


def set_training(model, training):
    """Put a model into a mode."""
    model.train(training)
