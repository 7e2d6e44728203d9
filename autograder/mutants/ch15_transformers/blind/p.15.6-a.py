# %% right
# Intent: places 0 to T-2 against tokens 1 to T-1, kept only where that next token is no padding; minus the mean log probability.
def next_token_loss(logits, ids, mask):
    said, true, kept = logits[:, :-1], ids[:, 1:], mask[:, 1:] == 1
    said, true = said[kept], true[kept]
    log_probabilities = said - torch.logsumexp(said, dim=1, keepdim=True)
    return -log_probabilities[torch.arange(len(true), device=true.device), true].mean()


P_15_6_CHOICE = "say which token comes next"

# %% wrong: next_token_loss
# Misconception: the loss of a batch is the mean of its texts' losses, each of which is a mean over its own tokens.
def next_token_loss(logits, ids, mask):
    losses = []
    for row in range(len(ids)):
        length = int(mask[row].sum())
        if length < 2:
            continue
        said, true = logits[row, : length - 1], ids[row, 1:length]
        losses.append(torch.nn.functional.cross_entropy(said, true))
    return torch.stack(losses).mean()

# %% wrong: next_token_loss
# Misconception: the mask says at which places the model reads a token, so it is the mask of those places that counts; the last
# token of a text has then to say the padding behind it (as it has to say an end).
def next_token_loss(logits, ids, mask):
    said, true, kept = logits[:, :-1], ids[:, 1:], mask[:, :-1] == 1
    return torch.nn.functional.cross_entropy(said[kept], true[kept])
