# %% right
# Intent: one-hot classes beside the noise for the generator; for the discriminator as constant planes beside the picture,
# and once more by a projection (inner product with an embedding).
from torch.nn.functional import one_hot as _one_hot, softplus as _softplus


class ClassGenerator(nn.Module):
    def __init__(self, n_classes, n_latent=8, width=16, side=8):
        super().__init__()
        q = side // 4
        self.n_classes = n_classes
        self.layers = nn.Sequential(
            nn.Linear(n_latent + n_classes, 4 * width * q * q, bias=False),
            nn.Unflatten(1, (4 * width, q, q)),
            nn.BatchNorm2d(4 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1, bias=False),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, 1, 4, 2, 1),
            nn.Tanh(),
        )

    def forward(self, z, y):
        told = 2 * _one_hot(y.long(), self.n_classes).to(z.dtype)
        return self.layers(torch.cat([z, told], dim=1))


class ClassDiscriminator(nn.Module):
    def __init__(self, n_classes, width=16, side=8):
        super().__init__()
        q = side // 4
        self.n_classes = n_classes
        self.features = nn.Sequential(
            nn.Conv2d(1 + n_classes, 2 * width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 4 * width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
        )
        self.plain = nn.Linear(4 * width * q * q, 1)
        self.told = nn.Embedding(n_classes, 4 * width * q * q)
        nn.init.normal_(self.told.weight, std=0.05)

    def forward(self, X, y):
        planes = _one_hot(y.long(), self.n_classes).to(X.dtype)[:, :, None, None]
        h = self.features(torch.cat([X, planes.expand(-1, -1, *X.shape[2:])], dim=1))
        return self.plain(h)[:, 0] + torch.einsum("bh,bh->b", h, self.told(y.long()))


def fit_class_gan(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    X = torch.as_tensor(np.asarray(X, dtype=np.float32)) * 2 - 1
    y = torch.as_tensor(np.asarray(y, dtype=np.int64))
    torch.manual_seed(seed)
    K, side, B = int(y.max()) + 1, X.shape[-1], 64
    generator, discriminator = ClassGenerator(K, n_latent, width, side), ClassDiscriminator(K, width, side)
    g_opt = torch.optim.Adam(generator.parameters(), 2e-3, betas=(0.5, 0.9))
    d_opt = torch.optim.Adam(discriminator.parameters(), 2e-3, betas=(0.5, 0.9))
    mean = torch.optim.swa_utils.AveragedModel(
        generator, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.97)
    )
    for _ in range(n_steps):
        rows = torch.randint(len(X), (B,))
        with torch.no_grad():
            made = generator(torch.randn(B, n_latent), y[rows])
        loss = _softplus(-discriminator(X[rows], y[rows])).mean() + _softplus(discriminator(made, y[rows])).mean()
        d_opt.zero_grad()
        loss.backward()
        d_opt.step()
        classes = y[torch.randint(len(X), (B,))]
        loss = _softplus(-discriminator(generator(torch.randn(B, n_latent), classes), classes)).mean()
        g_opt.zero_grad()
        loss.backward()
        g_opt.step()
        mean.update_parameters(generator)
    final = mean.module.train()
    with torch.no_grad():
        for _ in range(50):
            final(torch.randn(256, n_latent), y[torch.randint(len(X), (256,))])
    return final.cpu().eval()


@torch.no_grad()
def generate_classes(generator, y, n_latent=8, seed=42):
    y = torch.as_tensor(np.asarray(y, dtype=np.int64))
    z = torch.randn(len(y), n_latent, generator=torch.Generator().manual_seed(seed))
    was = generator.training
    generator.eval()
    made = generator(z, y)
    generator.train(was)
    return ((made + 1) / 2).numpy()

# %% wrong: ClassDiscriminator
# Misconception: to tell real from made, the discriminator needs only the picture; the class is the generator's business.
_Told = ClassDiscriminator


class ClassDiscriminator(_Told):
    def forward(self, X, y):
        return super().forward(X, torch.zeros_like(y))

# %% wrong: generate_classes
# Misconception: no_grad is all that matters when a network is used; the mode makes no difference then.
@torch.no_grad()
def generate_classes(generator, y, n_latent=8, seed=42):
    y = torch.as_tensor(np.asarray(y, dtype=np.int64))
    z = torch.randn(len(y), n_latent, generator=torch.Generator().manual_seed(seed))
    return ((generator(z, y) + 1) / 2).numpy()
