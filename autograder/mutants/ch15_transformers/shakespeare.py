"""Chapter 15, a GPT that is trained on (p.15.13): wrong answers, and right ones."""

import math

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant, naive
from solutions.ch15_transformers.shakespeare import finetune_writer

# ---------------------------------------------------------------- blocks, wrong


@mutant("p.15.13", replaces="make_blocks", fails="test_blocks_cover_the_text_once")
def overlapping_blocks(text, tokenizer, length):
    """Your blocks overlap, so that a text is there many times: each begins where the one before ends."""
    tokens = torch.tensor(tokenizer(text)["input_ids"])
    return tokens.unfold(0, length, max(1, length // 2)) if len(tokens) >= length else tokens.new_empty((0, length))


@mutant("p.15.13", replaces="make_blocks", fails="test_blocks_cover_the_text_once")
def room_for_a_target(text, tokenizer, length):
    """You keep back a token for the last target, and lose a block: the model shifts by itself."""
    tokens = torch.tensor(tokenizer(text)["input_ids"])
    n = max(len(tokens) - 1, 0) // length
    return tokens[: n * length].view(n, length)


@mutant("p.15.13", replaces="make_blocks", fails="test_blocks_cover_the_text_once")
def padded_at_the_end(text, tokenizer, length):
    """You fill the last block up: what is left over at the end is left out."""
    tokens = torch.tensor(tokenizer(text)["input_ids"])
    missing = -len(tokens) % length
    return torch.cat([tokens, tokens.new_zeros(missing)]).view(-1, length)


@mutant("p.15.13", replaces="make_blocks", fails="test_blocks_cover_the_text_once")
def cut_by_letters(text, tokenizer, length):
    """You cut the text into pieces of `length` letters: blocks have `length` tokens."""
    pieces = [text[i : i + length] for i in range(0, len(text) - length + 1, length)]
    rows = [tokenizer(piece)["input_ids"][:length] for piece in pieces]
    rows = [row + [0] * (length - len(row)) for row in rows]
    return torch.tensor(rows, dtype=torch.int64).view(-1, length)


# ---------------------------------------------------------------- training, wrong


def _trained(
    model, blocks, n_epochs, lr, seed, *, size=8, shift=0, cut=None, decay=True, steps=True, each=True, order=None
):
    if order is None:
        torch.manual_seed(seed)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    n_steps = n_epochs * math.ceil(len(blocks) / size)
    rates = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps) if decay else None
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows in torch.randperm(len(blocks), generator=order).split(size):
            batch = blocks[rows]
            if cut:
                batch = batch.reshape(-1, cut)
            loss = model(batch[:, : batch.shape[1] - shift], labels=batch[:, shift:]).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            if steps:
                optimizer.step()
            if rates:
                rates.step()
            total += loss.item() * (len(rows) if each else 1)
        losses.append(total / (len(blocks) if each else math.ceil(len(blocks) / size)))
    model.eval()
    return losses


WRITES = "test_less_unsure_than_any_n_gram"


@naive("p.15.13", replaces="finetune_writer", fails=WRITES)
def shifted_twice(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """Your labels are one token further on, and the model shifts them once more: hand it the blocks themselves."""
    return _trained(model, blocks, n_epochs, learning_rate, seed, shift=1)


@naive("p.15.13", replaces="finetune_writer", fails=WRITES)
def short_sight(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """You show the model four tokens at a time: it has to see a block's beginning to know who speaks."""
    if blocks.shape[1] % 4:
        return finetune_writer(model, blocks, n_epochs, learning_rate, seed)
    return _trained(model, blocks, n_epochs, learning_rate, seed, cut=4)


@naive("p.15.13", replaces="finetune_writer", fails=WRITES)
def one_large_batch(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """All blocks at once make one step for each epoch: take batches of eight or so."""
    torch.manual_seed(seed)
    return _trained(model, blocks, n_epochs, learning_rate, seed, size=len(blocks))


@mutant("p.15.13", replaces="finetune_writer", fails=WRITES)
def writer_without_a_step(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """The weights never change: call the optimizer's `step` after `backward`."""
    return _trained(model, blocks, n_epochs, learning_rate, seed, steps=False)


@mutant("p.15.13", replaces="finetune_writer", fails=WRITES)
def writer_at_its_own_rate(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """You train with 5e-5 whatever is asked for: use `learning_rate`."""
    return _trained(model, blocks, n_epochs, 5e-5, seed)


@mutant("p.15.13", replaces="finetune_writer", fails="test_goes_on_from_the_weights_of_the_model")
def begins_anew(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """You draw the model's weights anew before you train: go on from those that it has."""
    torch.manual_seed(seed)
    for value in model.parameters():
        if value.ndim > 1:
            torch.nn.init.normal_(value, std=0.1)
    return _trained(model, blocks, n_epochs, learning_rate, seed)


@mutant("p.15.13", replaces="finetune_writer", fails="test_losses_are_of_the_tokens_that_follow")
def losses_summed_up(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """You return the sum of an epoch's losses: their mean is asked for."""
    return [loss * len(blocks) for loss in finetune_writer(model, blocks, n_epochs, learning_rate, seed)]


@mutant("p.15.13", replaces="finetune_writer", fails="test_losses_are_of_the_tokens_that_follow")
def mean_of_the_batches(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """You take the mean of the batches' losses: the last batch may be smaller, and each token counts once."""
    return _trained(model, blocks, n_epochs, learning_rate, seed, each=False)


@mutant("p.15.13", replaces="finetune_writer", fails="test_losses_are_of_the_tokens_that_follow")
def writer_left_in_training(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """You leave the model in training mode: call `model.eval()` at the end."""
    losses = finetune_writer(model, blocks, n_epochs, learning_rate, seed)
    model.train()
    return losses


@mutant("p.15.13", replaces="finetune_writer", fails="test_seed_decides_the_writer")
def one_order_for_all(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` before you shuffle."""
    return finetune_writer(model, blocks, n_epochs, learning_rate, 42)


@mutant("p.15.13", replaces="finetune_writer", fails="test_seed_decides_the_writer")
def order_alone_by_seed(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """Your seed decides the order only: dropout draws from PyTorch's own numbers, so call `torch.manual_seed(seed)`."""
    return _trained(model, blocks, n_epochs, learning_rate, seed, order=torch.Generator().manual_seed(seed))


@mutant("p.15.13", replaces="finetune_writer", fails="test_learns_from_each_block_in_each_epoch")
def learns_without_dropout(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """Your model learns without dropout: `from_pretrained` leaves it in evaluation mode, so call `model.train()`."""
    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for batch in blocks[torch.randperm(len(blocks))].split(8):
            loss = model(batch, labels=batch).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(blocks))
    return losses


@mutant("p.15.13", replaces="finetune_writer", fails="test_learns_from_each_block_in_each_epoch")
def last_batch_dropped(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """You leave out the last, smaller batch: the model learns from each block in each epoch."""
    return _trained(model, blocks[: len(blocks) // 8 * 8], n_epochs, learning_rate, seed)


# ---------------------------------------------------------------- perplexity, wrong


def _losses(model, blocks, shift=1):
    model.eval()
    with torch.no_grad():
        logits = model(blocks).logits
    logits = logits[:, : logits.shape[1] - shift]
    return cross_entropy(logits.flatten(0, 1), blocks[:, shift:].flatten(), reduction="none")


@mutant("p.15.13", replaces="perplexity", fails="test_perplexity_of_blocks")
def mean_of_the_powers(model, blocks):
    """You take the mean of the perplexities of the tokens: e is raised to the mean loss."""
    return float(_losses(model, blocks).exp().mean())


@mutant("p.15.13", replaces="perplexity", fails="test_perplexity_of_blocks")
def mean_loss_itself(model, blocks):
    """That is the mean loss: the perplexity is e to it."""
    return float(_losses(model, blocks).mean())


@mutant("p.15.13", replaces="perplexity", fails="test_perplexity_of_blocks")
def of_the_token_itself(model, blocks):
    """You compare each logit with the token at the same place: it is about the one that follows."""
    return float(_losses(model, blocks, shift=0).mean().exp())


@mutant("p.15.13", replaces="perplexity", fails="test_perplexity_of_blocks")
def mean_over_the_blocks(model, blocks):
    """You take the mean of the blocks' perplexities: e is raised once, to the mean over all tokens."""
    return float(_losses(model, blocks).view(len(blocks), -1).mean(dim=1).exp().mean())


@mutant("p.15.13", replaces="perplexity", fails="test_perplexity_of_blocks")
def mean_of_the_parts(model, blocks):
    """You take the mean of the parts' mean losses: the last part may be smaller, and each token counts once."""
    return float(torch.stack([_losses(model, part).mean() for part in blocks.split(32)]).mean().exp())


@mutant("p.15.13", replaces="perplexity", fails="test_perplexity_without_dropout")
def unsure_with_dropout(model, blocks):
    """Dropout is at work while you measure: call `model.eval()` first."""
    with torch.no_grad():
        logits = model(blocks).logits[:, :-1]
    return float(cross_entropy(logits.flatten(0, 1), blocks[:, 1:].flatten()).exp())


@mutant("p.15.13", replaces="perplexity", fails="test_perplexity_of_many_blocks")
def all_blocks_at_once(model, blocks):
    """You hand all blocks to the model at once: of a long text, the logits don't fit into memory. Take some at a
    time."""
    return float(_losses(model, blocks).mean().exp())


# ---------------------------------------------------------------- right


@alternative("p.15.13", replaces="make_blocks")
def block_by_block(text, tokenizer, length):
    """In a loop."""
    tokens = tokenizer.encode(text)
    rows = [tokens[i : i + length] for i in range(0, len(tokens) - length + 1, length)]
    return torch.tensor(rows, dtype=torch.int64).reshape(len(rows), length)


@alternative("p.15.13", replaces="finetune_writer")
def by_ones_own_shift(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """The loss by hand, from the logits; Adam, and a rate that falls in a straight line."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    n_steps, step, losses = n_epochs * math.ceil(len(blocks) / 10), 0, []
    for _ in range(n_epochs):
        sums = []
        for rows in torch.randperm(len(blocks), generator=generator).split(10):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate * (1 - step / n_steps)
            logits = model(input_ids=blocks[rows]).logits
            each = cross_entropy(logits[:, :-1].flatten(0, 1), blocks[rows][:, 1:].flatten(), reduction="none")
            model.zero_grad()
            each.mean().backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            sums += each.tolist()
        losses.append(np.mean(sums))
    model.eval()
    return np.array(losses)


@alternative("p.15.13", replaces="finetune_writer")
def at_a_steady_rate(model, blocks, n_epochs=1, learning_rate=5e-5, seed=42):
    """The learning rate never changes."""
    return _trained(model, blocks, n_epochs, learning_rate, seed, decay=False)


@alternative("p.15.13", replaces="perplexity")
def row_by_row(model, blocks):
    """Block by block, by the log probabilities."""
    model.eval()
    total, n = 0.0, 0
    for row in blocks:
        with torch.no_grad():
            shares = model(row[None]).logits[0].double().log_softmax(dim=-1)
        total -= float(shares[:-1].gather(1, row[1:, None]).sum())
        n += len(row) - 1
    return math.exp(total / n)
