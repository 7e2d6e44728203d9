# %% right
# Intent: a standard DCGAN of two strides; Adam with small betas; a quarter of each fake batch comes from the buffer;
# the generator handed back has the running mean of the weights that it had in training.
from torch.nn.functional import softplus as _softplus


class Generator(nn.Module):
    def __init__(self, n_latent=8, width=16, side=8):
        super().__init__()
        q = side // 4
        self.layers = nn.Sequential(
            nn.Linear(n_latent, 4 * width * q * q, bias=False),
            nn.Unflatten(1, (4 * width, q, q)),
            nn.BatchNorm2d(4 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1, bias=False),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, 1, 4, 2, 1),
            nn.Tanh(),
        )

    def forward(self, z):
        return self.layers(z)


class Discriminator(nn.Module):
    def __init__(self, width=16, side=8):
        super().__init__()
        q = side // 4
        self.layers = nn.Sequential(
            nn.Conv2d(1, 2 * width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 4 * width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(4 * width * q * q, 1),
            nn.Flatten(0),
        )

    def forward(self, X):
        return self.layers(X)


class ReplayBuffer:
    def __init__(self, capacity, seed=42):
        self.capacity, self.kept = capacity, None
        self.generator = torch.Generator().manual_seed(seed)

    def __len__(self):
        return 0 if self.kept is None else len(self.kept)

    def push(self, pictures):
        new = pictures.detach().clone()
        both = new if self.kept is None else torch.cat([self.kept, new])
        self.kept = both[max(0, len(both) - self.capacity):]

    def sample(self, n):
        return self.kept[torch.randperm(len(self), generator=self.generator)[:n]]

    def mix(self, pictures, share=0.5):
        n_old = min(int(share * len(pictures)), len(self))
        batch = pictures.detach()[: len(pictures) - n_old].clone()
        if n_old:
            batch = torch.cat([self.sample(n_old), batch])
        self.push(pictures)
        return batch


def discriminator_loss(real, fake):
    return _softplus(-real).mean() + _softplus(fake).mean()


def generator_loss(fake):
    return _softplus(-fake).mean()


def discriminator_step(discriminator, optimizer, real, fake):
    optimizer.zero_grad()
    loss = discriminator_loss(discriminator(real), discriminator(fake.detach()))
    loss.backward()
    optimizer.step()
    return loss.item()


def generator_step(generator, discriminator, optimizer, z):
    optimizer.zero_grad()
    loss = generator_loss(discriminator(generator(z)))
    loss.backward()
    optimizer.step()
    return loss.item()


def fit_gan(X, n_steps=300, n_latent=8, width=16, seed=42):
    X = torch.as_tensor(np.asarray(X, dtype=np.float32)) * 2 - 1
    torch.manual_seed(seed)
    side, B = X.shape[-1], 64
    generator, discriminator = Generator(n_latent, width, side), Discriminator(width, side)
    g_opt = torch.optim.Adam(generator.parameters(), 2e-3, betas=(0.5, 0.9))
    d_opt = torch.optim.Adam(discriminator.parameters(), 2e-3, betas=(0.5, 0.9))
    buffer = ReplayBuffer(10 * B, seed)
    mean = torch.optim.swa_utils.AveragedModel(
        generator, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.97)
    )
    for _ in range(n_steps):
        real = X[torch.randint(len(X), (B,))]
        with torch.no_grad():
            made = generator(torch.randn(B, n_latent))
        discriminator_step(discriminator, d_opt, real, buffer.mix(made, 0.25))
        generator_step(generator, discriminator, g_opt, torch.randn(B, n_latent))
        mean.update_parameters(generator)
    final = mean.module.train()
    with torch.no_grad():
        for _ in range(50):
            final(torch.randn(256, n_latent))
    return final.cpu().eval()


@torch.no_grad()
def generate(generator, n, n_latent=8, seed=42):
    z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
    was = generator.training
    generator.eval()
    made = generator(z)
    generator.train(was)
    return ((made + 1) / 2).numpy()

# %% wrong: ReplayBuffer
# Misconception: what the discriminator has seen is what has to be kept, old pictures again among them.
_Buffer = ReplayBuffer


class ReplayBuffer(_Buffer):
    def mix(self, pictures, share=0.5):
        n_old = min(int(share * len(pictures)), len(self))
        batch = pictures.detach()[: len(pictures) - n_old].clone()
        if n_old:
            batch = torch.cat([self.sample(n_old), batch])
        self.push(batch)
        return batch

# %% wrong: discriminator_step
# Misconception: the optimiser has only the discriminator's weights, so nothing can happen to the generator.
def discriminator_step(discriminator, optimizer, real, fake):
    optimizer.zero_grad()
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    loss.backward()
    optimizer.step()
    return loss.item()
