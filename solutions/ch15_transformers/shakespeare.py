"""Chapter 15, a GPT that is trained on (p.15.13): the answers."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from course import device
from course.datasets import load

SMALL_GPT = str(load("small_gpt").folder)


def make_blocks(text: str, tokenizer: Any, length: int) -> Tensor:
    """Cut a text into blocks to learn from.

    Parameters
    ----------
    text : its tokens are what ``tokenizer(text)["input_ids"]`` says.
    length : number of tokens of a block.

    Returns
    -------
    (n, length) int64: each row goes on where the one before ends, from the beginning of
    the text; there are as many as possible, perhaps none. What is left over at the end
    is left out.

    Examples
    --------
    >>> from transformers import AutoTokenizer
    >>> tokenizer = AutoTokenizer.from_pretrained(SMALL_GPT)
    >>> blocks = make_blocks("First Citizen:\\nSpeak, speak.", tokenizer, 5)
    >>> blocks.shape
    torch.Size([3, 5])
    >>> tokenizer.decode(blocks[0])
    'First Cit'
    """
    tokens = torch.tensor(tokenizer(text)["input_ids"], dtype=torch.int64)
    n = len(tokens) // length
    return tokens[: n * length].view(n, length)


def finetune_writer(
    model: Any, blocks: Tensor, n_epochs: int = 1, learning_rate: float = 5e-5, seed: int = 42
) -> list[float]:
    """Train a language model on.

    Parameters
    ----------
    model : such as ``AutoModelForCausalLM.from_pretrained`` gives. The model itself is
        changed; it begins with the weights that it has.
    blocks : (n, length) int64, see `make_blocks`; no block is longer than the model can
        read.
    n_epochs : how often it learns from each block, with dropout on.
    learning_rate : the largest that is used; the optimizer is one of Adam's kind.
    seed : decides everything that is left to chance, the order and dropout: the same
        seed trains a model of the same weights to the same end.

    Returns
    -------
    The mean loss of each epoch, (n_epochs,), measured while it learned: the cross
    entropy of each token but a block's first, given those before it in the block; each
    of these counts once, also in a smaller last batch. The model is left in evaluation
    mode, on the CPU.

    Examples
    --------
    >>> from transformers import AutoModelForCausalLM
    >>> model = AutoModelForCausalLM.from_pretrained(SMALL_GPT, dtype=torch.float32)
    >>> blocks = torch.arange(40).reshape(4, 10)
    >>> losses = finetune_writer(model, blocks, n_epochs=3, learning_rate=1e-3)
    >>> len(losses), losses[2] < losses[0]
    (3, True)
    """
    torch.manual_seed(seed)
    where = device()
    model.to(where).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.01)
    n_steps = n_epochs * -(-len(blocks) // 8)
    warm = -(-n_steps // 10)
    rates = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, (n_steps - step) / max(n_steps - warm, 1))
    )
    history = []
    for _ in range(n_epochs):
        total = 0.0
        for rows in torch.randperm(len(blocks)).split(8):
            batch = blocks[rows].to(where)
            loss = model(batch, labels=batch).loss  # the model itself compares each logit with the next token
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            rates.step()
            total += loss.item() * len(batch)
        history.append(total / len(blocks))
    model.cpu().eval()
    return history


def perplexity(model: Any, blocks: Tensor) -> float:
    """Return how unsure a language model is: e to the mean cross entropy of each token
    but a block's first, given those before it in the block; the mean is over all of
    these tokens.

    Parameters
    ----------
    model : maps (n, T) tokens to something whose ``.logits`` are (n, T, V). Dropout is
        off, whatever mode it is in.
    blocks : (n, length) int64, see `make_blocks`; perhaps more than fit into memory at
        once.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> class Unsure(torch.nn.Module):  # seven tokens, all equally likely
    ...     def forward(self, input_ids):
    ...         return SimpleNamespace(logits=torch.zeros(*input_ids.shape, 7))
    >>> round(perplexity(Unsure(), torch.tensor([[1, 2, 3]])), 4)
    7.0
    """
    model.eval()
    total = 0.0
    for part in blocks.split(32):
        with torch.no_grad():
            logits = model(part).logits[:, :-1]
        total += torch.nn.functional.cross_entropy(logits.flatten(0, 1), part[:, 1:].flatten(), reduction="sum").item()
    return float(np.exp(total / blocks[:, 1:].numel()))
