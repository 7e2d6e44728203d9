"""Music, and models that make it, for the checks of the chorales in chapter 13."""

import numpy as np
import torch

LOWEST, N_NOTES = 36, 47


def pieces(rng, lengths) -> list[np.ndarray]:
    """Return pieces without any sense, (steps, 4) pitches; now and then a voice is silent."""
    lowest, highest = LOWEST, LOWEST + N_NOTES - 2
    return [np.where(rng.random((n, 4)) < 0.1, 0, rng.integers(lowest, highest + 1, (n, 4))) for n in map(int, lengths)]


def ids_of(piece: np.ndarray) -> np.ndarray:
    """Return a piece's notes as numbers of categories, voice after voice, (4 * steps,)."""
    return np.array([pitch and pitch - LOWEST + 1 for pitch in np.asarray(piece).ravel().tolist()])


class Music:
    """Pieces made of eight chords, each followed by one of two others, three times out of four by the first of them.

    The soprano has another pitch in each chord, the other voices have three pitches each. So alto, tenor and bass
    follow from the soprano, but none of them from the note just before it alone; and the next soprano follows, with
    luck, from the last one, four notes ago. Repeating gets about a third right, knowing the pairs of notes that follow
    each other two thirds, and knowing all that can be known 94%.
    """

    def __init__(self, rng) -> None:
        soprano = 66 + rng.permutation(14)[:8]
        lower = [(lowest + rng.permutation(8)[:3])[rng.permutation(np.arange(8) % 3)] for lowest in (57, 48, 38)]
        self.chords = np.column_stack([soprano, *lower])
        order = rng.permutation(8)
        self.follows = {int(order[i]): (int(order[(i + 1) % 8]), int(order[(i + 3) % 8])) for i in range(8)}
        self.rng = rng

    def pieces(self, n: int, steps: int = 32) -> list[np.ndarray]:
        """Return n pieces, (steps, 4) pitches."""
        return [self._piece(steps) for _ in range(n)]

    def _piece(self, steps: int) -> np.ndarray:
        played = [int(self.rng.integers(8))]
        while len(played) < steps:
            played.append(self.follows[played[-1]][int(self.rng.random() < 0.25)])
        return self.chords[played]


def note_accuracy(model, pieces: list[np.ndarray]) -> tuple[float, float, float]:
    """Return the share of right notes of pieces of equal length: a model's, of repeating each voice's last note, and of
    always naming the voice's most frequent one. The first chord does not count."""
    notes = np.array([ids_of(piece) for piece in pieces])
    logits = model(torch.from_numpy(notes[:, :-1]))
    assert logits.shape[:-1] == notes[:, :-1].shape
    assert logits.shape[-1] >= N_NOTES
    guesses, target = np.asarray(logits).argmax(axis=-1)[:, 3:], notes[:, 4:]
    by_voice = target.reshape(-1, 4)
    frequent = np.mean([np.bincount(voice).max() / len(voice) for voice in by_voice.T])
    return float((guesses == target).mean()), float((notes[:, :-4] == target).mean()), float(frequent)


# ---------------------------------------------------------------- probes: run in the student's process


def seeded(seed):
    """Seed torch, so that a new net has the same weights whenever a check is run again."""
    import torch

    torch.manual_seed(seed)


def scales(steps):
    """Return a model that is sure of itself: after each note comes the one that many numbers higher, which depends on
    the voice whose turn it is."""
    import torch

    class Scales(torch.nn.Module):
        def forward(self, notes):
            turns = torch.tensor(steps)[torch.arange(notes.shape[1]) % 4]
            return 99.0 * torch.nn.functional.one_hot((notes + turns) % 47, 47)

    return Scales()


def canon(delay):
    """Return a model that is sure of itself: it sings the note that was sung that many notes ago."""
    import torch

    class Canon(torch.nn.Module):
        def forward(self, notes):
            logits = torch.zeros(*notes.shape, 47)
            if notes.shape[1] >= delay:
                logits[:, delay - 1 :] = 99.0 * torch.nn.functional.one_hot(notes[:, : notes.shape[1] - delay + 1], 47)
            return logits

    return Canon()


def dice(logits, muddled=False):
    """Return a model that says the same whatever it is given; if muddled, something else while it is trained."""
    import torch

    class Dice(torch.nn.Module):
        def forward(self, notes):
            said = torch.tensor(logits, dtype=torch.float32)
            said = said.flip(0) if muddled and self.training else said
            return said.expand(*notes.shape, len(logits))

    return Dice()
