"""Chapter 18, the parts of a DCGAN with experience replay (p.18.12): the answers."""

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus


class Generator(nn.Module):
    """The half of a DCGAN that makes pictures of noise: transposed convolutions with
    strides, and batch normalisation between its layers. For 32 x 32 pixels it has at
    most five times as many weights as for 8 x 8.

    Parameters
    ----------
    n_latent : length of a row of noise.
    width : whatever decides about its size; 16 is enough for 8 x 8 pixels.
    side : height and width of a picture, a multiple of 4 and at least 8.

    Examples
    --------
    >>> Generator(n_latent=5, side=12)(torch.randn(3, 5)).shape
    torch.Size([3, 1, 12, 12])
    """

    def __init__(self, n_latent: int = 8, width: int = 16, side: int = 8) -> None:
        super().__init__()
        small = side // 4
        self.net = nn.Sequential(
            nn.Linear(n_latent, 4 * width * small**2),
            nn.Unflatten(1, (4 * width, small, small)),
            nn.BatchNorm2d(4 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(4 * width, 2 * width, 4, stride=2, padding=1),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, 1, 4, stride=2, padding=1),
            nn.Tanh(),
        )

    def forward(self, z: Tensor) -> Tensor:
        """Return pictures, (B, 1, side, side) from -1 to 1, of noise, (B, n_latent)."""
        return self.net(z)  # type: ignore[no-any-return]


class Discriminator(nn.Module):
    """The half of a DCGAN that tells real pictures from those that were made:
    convolutions with strides, and no pooling. For 32 x 32 pixels it has at most five
    times as many weights as for 8 x 8.

    Parameters
    ----------
    width, side : as for `Generator`.

    Examples
    --------
    >>> Discriminator(side=12)(torch.zeros(3, 1, 12, 12)).shape
    torch.Size([3])
    """

    def __init__(self, width: int = 16, side: int = 8) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 2 * width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(4 * width * (side // 4) ** 2, 1),
        )

    def forward(self, X: Tensor) -> Tensor:
        """Return one logit for each picture, (B,); it is above 0 if the picture is
        taken for real. Pictures are (B, 1, side, side) from -1 to 1."""
        return self.net(X).squeeze(1)  # type: ignore[no-any-return]


class ReplayBuffer:
    """Pictures that the generator has made before, for the discriminator to see again.

    Parameters
    ----------
    capacity : how many are kept. When there are more, the oldest go first.
    seed : decides what is drawn: the buffer has random numbers of its own.

    Examples
    --------
    >>> buffer = ReplayBuffer(capacity=5)
    >>> new = torch.zeros(4, 1, 8, 8)
    >>> buffer.mix(new, share=0.5).shape, len(buffer)  # nothing old is there yet
    (torch.Size([4, 1, 8, 8]), 4)
    >>> buffer.mix(new + 1, share=0.5).sum(dim=(1, 2, 3)).tolist(), len(buffer)
    ([0.0, 0.0, 64.0, 64.0], 5)
    """

    def __init__(self, capacity: int, seed: int = 42) -> None:
        self.capacity = capacity
        self.kept: list[Tensor] = []
        self.generator = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        """How many pictures are kept."""
        return len(self.kept)

    def push(self, pictures: Tensor) -> None:
        """Keep each picture of a batch, (B, …), the last ones as the newest: copies,
        which later changes of the batch don't reach, without a gradient."""
        self.kept += pictures.detach().clone().unbind()
        del self.kept[: -self.capacity]

    def sample(self, n: int) -> Tensor:
        """Return n different ones of the pictures that are kept, (n, …), each of them
        as likely as any other. There are at least n."""
        rows = torch.randperm(len(self.kept), generator=self.generator)[:n]
        return torch.stack([self.kept[row] for row in rows])

    def mix(self, pictures: Tensor, share: float = 0.5) -> Tensor:
        """Return a batch for the discriminator, and keep the new pictures for later.

        Of the B rows, ``int(share * B)`` are old pictures, drawn as by `sample`, or as
        many as there are if these are fewer. They come first, and then the first ones
        of `pictures`, so that there are B in all. Afterwards all of `pictures` are
        pushed. The batch has no gradient.
        """
        n_old = min(int(share * len(pictures)), len(self.kept))
        new = pictures.detach()[: len(pictures) - n_old]
        mixed = torch.cat([self.sample(n_old).to(new.device), new]) if n_old else new.clone()
        self.push(pictures)
        return mixed


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return the discriminator's loss.

    Parameters
    ----------
    real : (B,) its logits for real pictures.
    fake : (C,) its logits for pictures that were made.

    Returns
    -------
    A tensor without a dimension: the mean binary cross entropy of the real ones, which
    it should say 1 of, *plus* that of the others, which it should say 0 of.

    Examples
    --------
    >>> round(discriminator_loss(torch.zeros(2), torch.zeros(3)).item(), 4)
    1.3863
    """
    return softplus(-real).mean() + softplus(fake).mean()


def generator_loss(fake: Tensor) -> Tensor:
    """Return the generator's loss, the one that does not fade while it is bad: the mean
    binary cross entropy of its pictures, as if they were real.

    Parameters
    ----------
    fake : (B,) the discriminator's logits for pictures that the generator has made.

    Returns
    -------
    A tensor without a dimension.

    Examples
    --------
    >>> round(generator_loss(torch.zeros(2)).item(), 4)
    0.6931
    """
    return softplus(-fake).mean()


def discriminator_step(discriminator: nn.Module, optimizer: torch.optim.Optimizer, real: Tensor, fake: Tensor) -> float:
    """Take one step of the discriminator's optimiser on `discriminator_loss`.

    Parameters
    ----------
    discriminator : takes pictures and gives logits, as `Discriminator` does. There may
        be old gradients in its weights, which must not count.
    optimizer : of the discriminator's weights.
    real : (B, 1, side, side) real pictures.
    fake : (C, 1, side, side) what the generator has made. They may still hang on its
        graph: no gradient must get there.

    Returns
    -------
    The loss before the step.

    Examples
    --------
    >>> discriminator = Discriminator()
    >>> optimizer = torch.optim.Adam(discriminator.parameters(), 0.001)
    >>> real, fake = torch.ones(2, 4, 1, 8, 8)
    >>> discriminator_step(discriminator, optimizer, real, fake) > 1
    True
    """
    loss = discriminator_loss(discriminator(real), discriminator(fake.detach()))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def generator_step(
    generator: nn.Module, discriminator: nn.Module, optimizer: torch.optim.Optimizer, z: Tensor
) -> float:
    """Take one step of the generator's optimiser on `generator_loss`.

    Parameters
    ----------
    generator : takes noise and gives pictures, as `Generator` does. There may be old
        gradients in its weights, which must not count.
    discriminator : judges them; its weights stay as they are. It does not matter what
        gradients are left in it.
    optimizer : of the generator's weights.
    z : (B, n_latent) noise.

    Returns
    -------
    The loss before the step.

    Examples
    --------
    >>> generator, discriminator = Generator(), Discriminator()
    >>> optimizer = torch.optim.Adam(generator.parameters(), 0.001)
    >>> generator_step(generator, discriminator, optimizer, torch.randn(4, 8)) > 0.5
    True
    """
    loss = generator_loss(discriminator(generator(z)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
