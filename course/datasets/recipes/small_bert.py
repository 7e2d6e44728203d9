"""A small BERT: two layers, trained by masked language modelling on the reviews of IMDb's training set.

No label is used, and no review of the test set.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from course.datasets.api import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor
    from transformers import BertForMaskedLM, BertTokenizerFast

N_TOKENS, N_POSITIONS, SIZE = 4500, 256, 64
LENGTH, BATCH = 64, 32  # of the rows that it learns from
N_REVIEWS = 10_000
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]  # their numbers are 0 to 4


def make(folder: Path, n_steps: int = 1000) -> None:
    """Train the model and write it, and its tokenizer, into a folder."""
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)
    data = load("imdb", source="real").X_train
    reviews = [data[i].replace("<br />", " ") for i in torch.randperm(len(data))[:N_REVIEWS].tolist()]
    tokenizer = _tokenizer(reviews)
    model = _model()
    _train(model, _rows(tokenizer, reviews), n_steps)
    model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tokenizer(texts: Sequence[str]) -> BertTokenizerFast:
    """Learn which pieces of words are frequent."""
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertTokenizerFast

    learner = BertWordPieceTokenizer(lowercase=True)
    learner.train_from_iterator(texts, vocab_size=N_TOKENS, special_tokens=SPECIAL, limit_alphabet=80)
    return BertTokenizerFast(vocab=learner.get_vocab(), model_max_length=N_POSITIONS)


def _model() -> BertForMaskedLM:
    import torch
    from transformers import BertConfig, BertForMaskedLM

    model = BertForMaskedLM(
        BertConfig(
            vocab_size=N_TOKENS,
            hidden_size=SIZE,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=256,
            max_position_embeddings=N_POSITIONS,
            initializer_range=0.1,  # as is usual, 0.02, would be next to nothing for vectors of 64 numbers
        )
    )
    # Waves, as in the first transformer: a head finds the neighbours of a gap far sooner than in a table of noise.
    angles = torch.arange(N_POSITIONS)[:, None] / 1000 ** (torch.arange(SIZE // 2) / (SIZE // 2))
    with torch.no_grad():
        model.bert.embeddings.position_embeddings.weight.copy_(0.15 * torch.cat([angles.sin(), angles.cos()], dim=1))
    return model


def _rows(tokenizer: BertTokenizerFast, texts: Sequence[str]) -> Tensor:
    """Return all texts one after the other, as rows of [CLS] … [SEP]."""
    import torch

    pieces = tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
    stream = torch.tensor([token for text in pieces for token in [*text, 3]])
    n = len(stream) // (LENGTH - 2)
    rows = stream[: n * (LENGTH - 2)].view(n, LENGTH - 2)
    return torch.cat([rows.new_full((n, 1), 2), rows, rows.new_full((n, 1), 3)], dim=1)


def _masked(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Hide 15% of the tokens, most by [MASK], some by another token; return the rows and which tokens they are."""
    import torch

    chosen = (torch.rand(rows.shape) < 0.15) & (rows > 3)
    fate = torch.rand(rows.shape)
    shown = torch.where(chosen & (fate < 0.8), 4, rows)
    other = torch.randint(len(SPECIAL), N_TOKENS, rows.shape)
    return torch.where(chosen & (fate >= 0.9), other, shown), chosen


def _train(model: BertForMaskedLM, rows: Tensor, n_steps: int) -> None:
    import torch
    from torch.nn.functional import cross_entropy

    model.eval()  # no dropout: far fewer steps than would overfit
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=n_steps, pct_start=0.1)
    for step in range(n_steps):
        picked = rows[torch.arange(step * BATCH, (step + 1) * BATCH) % len(rows)]
        shown, chosen = _masked(picked)
        places = torch.arange(LENGTH) + torch.randint(
            0, N_POSITIONS - LENGTH + 1, (BATCH, 1)
        )  # so that all positions are trained
        hidden = model.bert(shown, position_ids=places).last_hidden_state
        loss = cross_entropy(model.cls(hidden[chosen]), picked[chosen])  # logits of the hidden tokens alone
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)
