"""Chapter 15, the training of an encoder (p.15.14): more wrong answers."""

from autograder.testing import mutant
from solutions.ch15_transformers.search import fit_encoder


@mutant("p.15.14", replaces="fit_encoder", fails="test_each_pair_is_seen_in_each_epoch")
def rest_of_the_pairs_dropped(pairs, tokenizer, model, n_epochs=5, seed=42):
    """You leave out the last, smaller batch: each pair is seen in each epoch."""
    return fit_encoder(pairs[: max(len(pairs) // 32 * 32, 2)], tokenizer, model, n_epochs, seed)


@mutant("p.15.14", replaces="fit_encoder", fails="test_each_pair_is_seen_in_each_epoch")
def five_epochs_always(pairs, tokenizer, model, n_epochs=5, seed=42):
    """You train for five epochs, whatever `n_epochs` is."""
    return fit_encoder(pairs, tokenizer, model, 5, seed)
