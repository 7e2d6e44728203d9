# %% right
# Intent: shift, turn padding into -100, and let functional cross entropy take the mean over what is left.
import torch.nn.functional as F


def next_token_loss(logits, ids, mask):
    targets = ids[:, 1:].masked_fill(mask[:, 1:] == 0, -100)
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), targets.flatten(), ignore_index=-100)


P_15_6_CHOICE = "say which token comes next"

# %% wrong: next_token_loss
# Misconception: the model's logits at a place are compared with the token of that place; the causal mask does the shifting.
def next_token_loss(logits, ids, mask):
    targets = ids.masked_fill(mask == 0, -100)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100)

# %% wrong: next_token_loss
# Misconception: each text counts once: first the mean of each text, then the mean of the texts.
def next_token_loss(logits, ids, mask):
    each = F.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
    real = mask[:, 1:].to(each.dtype)
    return ((each * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)).mean()
