# %% right
# Intent: shift by slicing, padding becomes ignore_index, cross_entropy does the mean.
import torch.nn.functional as F


def next_token_loss(logits, ids, mask):
    targets = ids[:, 1:].masked_fill(mask[:, 1:] == 0, -100)
    return F.cross_entropy(logits[:, :-1].transpose(1, 2), targets, ignore_index=-100)


P_15_6_CHOICE = "say which token comes next"

# %% wrong: next_token_loss
# Misconception: the logits at a place already belong to the token of that place, no shift is needed.
def next_token_loss(logits, ids, mask):
    return F.cross_entropy(logits.transpose(1, 2), ids.masked_fill(mask == 0, -100), ignore_index=-100)

# %% wrong: next_token_loss
# Misconception: each text counts the same: first the mean of each row, then the mean of the rows.
def next_token_loss(logits, ids, mask):
    each = F.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
    there = mask[:, 1:].to(each.dtype)
    return ((each * there).sum(1) / there.sum(1).clamp(min=1)).mean()
