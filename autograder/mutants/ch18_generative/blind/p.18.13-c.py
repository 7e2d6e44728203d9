# %% right
# Intent: the schedule in float64; an MLP of residual blocks that are told the step by sinusoids and the class by an embedding;
# AdamW with a rate that falls to nearly nothing, and clipped gradients.
class _Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm, self.told = nn.LayerNorm(width), nn.Linear(width, width)
        self.inner = nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, h, c):
        return h + self.inner(self.norm(h) + self.told(c))


def cosine_schedule(n_steps, s=0.008, largest=0.5):
    t = torch.arange(n_steps + 1, dtype=torch.float64) / n_steps
    g = ((t + s) / (1 + s) * math.pi / 2).cos().square()
    b = (1 - g[1:] / g[:-1]).clamp(max=largest)
    return torch.cat([torch.ones(1, dtype=torch.float64), (1 - b).cumprod(0)]).float()


def noisy(x0, t, noise, alpha_bar):
    a = alpha_bar[t].reshape(-1, *[1] * (x0.ndim - 1))
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


def denoise_step(x, t, predicted, noise, alpha_bar):
    a, before = alpha_bar[t], alpha_bar[t - 1]
    b = 1 - a / before
    mean = (x - b / (1 - a).sqrt() * predicted) / (1 - b).sqrt()
    return mean + (b * (1 - before) / (1 - a)).sqrt() * noise


class NoiseNet(nn.Module):
    frequencies: Tensor

    def __init__(self, n_classes=0, width=128, side=8):
        super().__init__()
        self.n_classes, self.hidden = n_classes, 2 * width
        self.register_buffer("frequencies", torch.logspace(0, -3, 16))
        self.told_t = nn.Sequential(nn.Linear(32, self.hidden), nn.SiLU(), nn.Linear(self.hidden, self.hidden))
        self.told_y = nn.Embedding(n_classes, self.hidden) if n_classes else None
        self.into = nn.Linear(side * side, self.hidden)
        self.blocks = nn.ModuleList([_Block(self.hidden) for _ in range(3)])
        self.out = nn.Sequential(nn.LayerNorm(self.hidden), nn.Linear(self.hidden, side * side))
        nn.init.zeros_(self.out[1].weight)
        nn.init.zeros_(self.out[1].bias)

    def forward(self, x, t, y=None):
        angles = torch.einsum("b,f->bf", t.to(x.dtype), self.frequencies)
        c = self.told_t(torch.cat([angles.sin(), angles.cos()], dim=1))
        if self.told_y is not None:
            c = c + self.told_y(y.long())
        h = self.into(x.flatten(1))
        for block in self.blocks:
            h = block(h, c)
        return x + self.out(h).reshape(x.shape)


def diffusion_loss(model, x0, alpha_bar, y=None):
    t = torch.randint(1, len(alpha_bar), (len(x0),))
    noise = torch.randn_like(x0)
    args = (noisy(x0, t, noise, alpha_bar), t) if y is None else (noisy(x0, t, noise, alpha_bar), t, y)
    return mse_loss(model(*args), noise)


def fit_diffusion(X, alpha_bar, y=None, n_epochs=80, width=128, seed=42):
    X = torch.as_tensor(np.asarray(X, dtype=np.float32)) * 2 - 1
    y = None if y is None else torch.as_tensor(np.asarray(y, dtype=np.int64))
    torch.manual_seed(seed)
    model = NoiseNet(0 if y is None else int(y.max()) + 1, width, X.shape[-1]).train()
    size = 64
    total = max(1, n_epochs * -(-len(X) // size))
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: max(0.02, 1 - i / total))
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).split(size):
            loss = diffusion_loss(model, X[rows], alpha_bar, None if y is None else y[rows])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


@torch.no_grad()
def sample_diffusion(model, n, alpha_bar, y=None, side=8, seed=42):
    g = torch.Generator().manual_seed(seed)
    told = () if y is None else (torch.as_tensor(np.asarray(y, dtype=np.int64)),)
    was = model.training
    model.eval()
    x = torch.randn(n, 1, side, side, generator=g)
    for t in range(len(alpha_bar) - 1, 0, -1):
        predicted = model(x, torch.full((n,), t), *told)
        x = denoise_step(x, t, predicted, torch.randn(x.shape, generator=g), alpha_bar)
    model.train(was)
    return ((x + 1) / 2).float().numpy()

# %% wrong: noisy
# Misconception: what is not picture is noise: its share 1 - alpha_bar is what the noise is multiplied by.
def noisy(x0, t, noise, alpha_bar):
    a = alpha_bar[t].reshape(-1, *[1] * (x0.ndim - 1))
    return a.sqrt() * x0 + (1 - a) * noise

# %% wrong: diffusion_loss
# Misconception: a batch goes through the forward process together, with one number of steps for all of it.
def diffusion_loss(model, x0, alpha_bar, y=None):
    t = torch.randint(1, len(alpha_bar), (1,)).expand(len(x0))
    noise = torch.randn_like(x0)
    x = noisy(x0, t, noise, alpha_bar)
    return mse_loss(model(x, t) if y is None else model(x, t, y), noise)
