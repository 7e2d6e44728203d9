"""A small GPT-2: three layers, trained on the first 90% of Tiny Shakespeare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from course.datasets.api import load

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import GPT2LMHeadModel, PreTrainedTokenizerFast

N_TOKENS, LENGTH, BATCH = 512, 128, 16
END = "<|endoftext|>"  # its number is 0


def make(folder: Path, n_steps: int = 3000) -> None:
    """Train the model and write it, and its tokenizer, into a folder."""
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)
    text = load("tiny_shakespeare", source="real").text
    text = text[: len(text) * 9 // 10]
    tokenizer = _tokenizer(text)
    model = _model()
    _train(model, torch.tensor(tokenizer(text)["input_ids"]), n_steps)
    model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tokenizer(text: str) -> PreTrainedTokenizerFast:
    """Learn which bytes are often beside each other."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import PreTrainedTokenizerFast

    learner = ByteLevelBPETokenizer()
    learner.train_from_iterator([text], vocab_size=N_TOKENS, special_tokens=[END])
    return PreTrainedTokenizerFast(tokenizer_object=learner._tokenizer, eos_token=END, bos_token=END, unk_token=END)


def _model() -> GPT2LMHeadModel:
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=N_TOKENS,
            n_positions=LENGTH,
            n_embd=96,
            n_layer=3,
            n_head=3,
            initializer_range=0.06,
            bos_token_id=0,
            eos_token_id=0,
            loss_type="ForCausalLM",
        )
    )


def _train(model: GPT2LMHeadModel, tokens: Tensor, n_steps: int) -> None:
    import torch

    model.eval()  # no dropout: far fewer steps than would overfit
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=n_steps, pct_start=0.05)
    for step in range(n_steps):
        starts = torch.randint(0, len(tokens) - LENGTH, (BATCH, 1))
        rows = tokens[starts + torch.arange(LENGTH)]
        loss = model(rows, labels=rows).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)
