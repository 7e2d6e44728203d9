# %% right
# Intent: json and torch.frombuffer for the file, tensor views for the blocks, a GRU with Adam and OneCycleLR on a DataLoader, topk and multinomial for drawing, cross_entropy for the perplexity.
import json

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


def read_safetensors(data):
    n = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + n].decode("utf-8"))
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        kind, raw = KINDS[entry["dtype"]], bytearray(data[8 + n + begin : 8 + n + end])
        flat = torch.frombuffer(raw, dtype=kind) if raw else torch.empty(0, dtype=kind)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def make_blocks(tokens, length):
    tokens = torch.as_tensor(list(tokens), dtype=torch.int64)
    n = (len(tokens) - 1) // length
    return tokens[: n * length].view(n, length), tokens[1 : n * length + 1].view(n, length)


class CharModel(nn.Module):
    def __init__(self, n_tokens, n_hidden=64):
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, n_hidden)
        self.gru = nn.GRU(n_hidden, n_hidden, batch_first=True)
        self.head = nn.Linear(n_hidden, n_tokens)

    def forward(self, tokens):
        return self.head(self.gru(self.embedding(tokens))[0])


def fit_characters(tokens, n_tokens, length=32, n_hidden=64, n_epochs=5, seed=42):
    torch.manual_seed(seed)
    model = CharModel(n_tokens, n_hidden)
    loader = DataLoader(TensorDataset(*make_blocks(tokens, length)), batch_size=16, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=n_epochs * len(loader) + 1)
    for _ in range(n_epochs):
        for X, Y in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(X).flatten(0, 1), Y.flatten()).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def generate(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    generator = torch.Generator().manual_seed(seed)
    tokens = [int(token) for token in prompt]
    for _ in range(n):
        logits = model(torch.tensor([tokens]))[0, -1].double().cpu()
        if temperature == 0:
            tokens.append(int(logits.argmax()))
            continue
        best, where = logits.topk(min(top_k or len(logits), len(logits)))
        tokens.append(int(where[torch.multinomial((best / temperature).softmax(0), 1, generator=generator)]))
    return tokens


@torch.no_grad()
def perplexity(model, tokens):
    tokens = torch.as_tensor(list(tokens), dtype=torch.int64)
    return float(F.cross_entropy(model(tokens[None])[0, :-1].double(), tokens[1:]).exp())


# %% wrong: generate
# Misconception: temperature is a factor of the logits: the hotter, the larger they get.
@torch.no_grad()
def generate(model, prompt, n, temperature=1.0, top_k=None, seed=42):
    generator = torch.Generator().manual_seed(seed)
    tokens = [int(token) for token in prompt]
    for _ in range(n):
        logits = model(torch.tensor([tokens]))[0, -1].double()
        best, where = logits.topk(min(top_k or len(logits), len(logits)))
        tokens.append(int(where[torch.multinomial((best * temperature).softmax(0), 1, generator=generator)]))
    return tokens


# %% wrong: perplexity
# Misconception: perplexity is 2 to the cross entropy, whatever logarithm the library has used.
@torch.no_grad()
def perplexity(model, tokens):
    tokens = torch.as_tensor(list(tokens), dtype=torch.int64)
    return float(2 ** F.cross_entropy(model(tokens[None])[0, :-1].double(), tokens[1:]))
