"""Hidden checks of chapter 15: semantic search of film plots (p.15.14)."""

import numpy as np
import torch
from numpy.testing import assert_allclose

from autograder.checks.ch15_transformers.inputs_plots import by_words, unseen_films
from autograder.checks.ch15_transformers.inputs_search import (
    LONGEST,
    Tiny,
    Tongue,
    alone,
    found_among,
    in_order,
    sentences,
    some_words,
)
from autograder.testing import check
from autograder.testing.modules import repeats, stir, weights_of


def _made(student, rng, n_words: int = 30, **options):
    """Return the same small encoder twice, in the student's process and here, and its words."""
    words, size, seed = some_words(rng, n_words), 16, int(rng.integers(2**31))
    options = {"longest": LONGEST, **options}
    return student.probe_(Tiny)(words, size, seed, **options), Tiny(words, size, seed, **options), words


def _vectors(student, theirs, texts, **options):
    found = np.asarray(student.embed(texts, theirs.tokenizer, theirs.model, **options))
    assert found.dtype.kind == "f"
    assert found.shape == (len(texts), 16)
    return found.astype(float)


@check(
    "p.15.14",
    core=True,
    weight=2,
    hint="The mean over which axis? And how long is a vector then, before it is divided by its length?",
)
def test_mean_of_the_states(student, rng):
    """A text's vector is the mean of the states of its tokens, of length 1, and the texts stay in order."""
    theirs, ours, words = _made(student, rng)
    texts = sentences(rng, words, [6, 6, 6, 6, 6])
    found = _vectors(student, theirs, texts, batch_size=2)
    assert_allclose(found, alone(ours, texts), atol=1e-5)


@check(
    "p.15.14", weight=2, hint="Short texts are padded to the length of the longest. What does the attention mask say?"
)
def test_padding_says_nothing(student, rng):
    """A text gets the same vector alone as among longer ones, and one that is too long is cut off."""
    theirs, ours, words = _made(student, rng)
    texts = sentences(rng, words, [3, 9, 1, 25, 5])
    found = _vectors(student, theirs, texts)
    assert_allclose(found, alone(ours, texts), atol=1e-5)
    assert_allclose(_vectors(student, theirs, texts[:1]), found[:1], atol=1e-5)


@check("p.15.14", hint="What is on in training, and off in evaluation? Which mode is the model in afterwards?")
def test_asked_in_evaluation_mode(student, rng):
    """The model is asked without dropout and without gradients, in batches that are small enough, and left in the mode
    that it was in."""
    for training in (True, False):
        theirs, _, words = _made(student, rng, dropout=0.5)
        theirs.model.train(training)
        texts = sentences(rng, words, [4, 7, 2, 5, 3, 6, 4])
        _vectors(student, theirs, texts, batch_size=3)
        calls = [tuple(call) for call in theirs.calls]
        assert sum(rows for rows, _, _ in calls) == len(texts)
        assert all(rows <= 3 and not trains and not grad for rows, trains, grad in calls)
        assert theirs.model.training is training


def _loss(first, second, temperature):
    unit = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in (first, second)]
    scores = unit[0] @ unit[1].T / temperature
    losses = [np.log(np.exp(part).sum(axis=1)) - np.diag(part) for part in (scores, scores.T)]
    return float(np.mean(losses))


@check(
    "p.15.14",
    core=True,
    weight=2,
    hint="A table of all scores: who looks for whom in its rows, and who in its columns? Where are the right ones?",
)
def test_loss_of_two_batches(student, rng):
    """The loss is that of the docstring: both batches look for each other, by the cosine and the temperature."""
    for n, d, temperature in ((1, 3, 0.5), (5, 4, 0.1), (8, 6, 1.0)):
        first, second = (rng.normal(size=(n, d)) * rng.uniform(0.2, 5, (n, 1)) for _ in range(2))
        sent = [torch.tensor(part, dtype=torch.float32) for part in (first, second)]
        found = float(student.contrastive_loss(*sent, temperature=temperature))
        assert_allclose(found, _loss(first, second, temperature), rtol=1e-3, atol=1e-4)
        assert_allclose(float(student.contrastive_loss(*sent)), _loss(first, second, 0.05), rtol=1e-3, atol=1e-4)


def gradients(loss, first, second):
    """The gradients of a loss (runs in the student's process)."""
    parts = [part.clone().requires_grad_() for part in (first, second)]
    loss(*parts, temperature=0.5).backward()
    return [part.grad for part in parts]


@check("p.15.14", hint="Is the loss made of tensors from beginning to end?")
def test_gradients_of_the_loss(student, rng):
    """Gradients flow to both batches, and are those of the loss."""
    first, second = rng.normal(size=(2, 4, 3))
    sent = [torch.tensor(part, dtype=torch.float32) for part in (first, second)]
    found = student.probe_(gradients)(student.contrastive_loss, *sent)
    for side, grad in enumerate(found):
        wanted = np.zeros((4, 3))
        for place in np.ndindex(4, 3):
            moved = [[part.copy() for part in (first, second)] for _ in range(2)]
            moved[0][side][place] += 1e-4
            moved[1][side][place] -= 1e-4
            wanted[place] = (_loss(*moved[0], 0.5) - _loss(*moved[1], 0.5)) / 2e-4
        assert grad is not None
        assert_allclose(np.asarray(grad), wanted, atol=1e-3)


def _trained(student, rng, tongue, n, epochs, size=32, dropout=0.0):
    """Return what the weights of a model, trained on `n` stories, are worth in a model of ours."""
    seed = int(rng.integers(2**31))
    theirs = student.probe_(Tiny)(tongue.words, size, seed, dropout=dropout)
    pairs = [list(pair) for pair in tongue.stories(rng, n)]
    model = student.fit_encoder(pairs, theirs.tokenizer, theirs.model, n_epochs=epochs, seed=int(rng.integers(1000)))
    ours = Tiny(tongue.words, size, seed)
    ours.model.load_state_dict({name: torch.from_numpy(value) for name, value in weights_of(model).items()})
    return theirs, model, ours


@check(
    "p.15.14",
    core=True,
    weight=4,
    at_least=True,
    hint="Does the loss fall? Do the halves of a story stay together when you shuffle? How large are your steps?",
)
def test_finds_what_is_told_in_other_words(student, rng):
    """Trained on 500 stories in a language that nobody speaks, your encoder finds the second halves of others by their
    first halves, though these say the same in other words."""
    tongue = Tongue(rng)
    _, _, ours = _trained(student, rng, tongue, 500, 8)
    first, second = zip(*tongue.stories(rng, 200), strict=True)
    return found_among(5, alone(ours, list(first)), alone(ours, list(second)))


LEARNING = (
    "embeddings.word_embeddings.weight",
    "encoder.layer.0.attention.self.query.weight",
    "encoder.layer.0.output.dense.weight",
)


@check("p.15.14", hint="Which object do you train, and which do you return? In which mode is it then?")
def test_trains_the_model_that_is_given(student, rng):
    """It is the given model that is trained, its embeddings and its layers, with dropout where it has some, and it
    comes back in evaluation mode."""
    tongue = Tongue(rng)
    theirs, model, _ = _trained(student, rng, tongue, 40, 1, size=8, dropout=0.1)
    assert model.training is False
    given, returned, start = weights_of(theirs.model), weights_of(model), theirs.start
    assert given.keys() == returned.keys()
    assert all(np.array_equal(given[name], value) for name, value in returned.items())
    assert all(not np.array_equal(np.asarray(start[name]), returned[name]) for name in LEARNING)
    assert all(trains for _, trains, grad in theirs.calls if grad)


@check("p.15.14", hint="How many epochs do you train? What becomes of the last batch, if it is smaller?")
def test_each_pair_is_seen_in_each_epoch(student, rng):
    """In each of `n_epochs` epochs both texts of each pair are learned from once, those of a smaller last batch too."""
    for n_epochs in (1, 3):
        theirs, _, _ = _trained(student, rng, Tongue(rng), 50, n_epochs, size=8)
        assert sum(rows for rows, _, grad in theirs.calls if grad) == 2 * 50 * n_epochs


@check("p.15.14", hint="What does chance decide: the order of the pairs, dropout?")
def test_seed_decides_the_training(student, rng):
    """The same seed makes the same model of the same weights, another seed another."""
    tongue = Tongue(rng)
    start, pairs = int(rng.integers(2**31)), [list(pair) for pair in tongue.stories(rng, 70)]

    def run(seed):
        theirs = student.probe_(Tiny)(tongue.words, 8, start, dropout=0.1)
        stir(student, rng)
        return weights_of(student.fit_encoder(pairs, theirs.tokenizer, theirs.model, n_epochs=1, seed=seed))

    repeats(run, tuple(int(seed) for seed in rng.permutation(1000)[:2]))


def _hits(found):
    return [str(title) for title, _ in found], [float(score) for _, score in found]


@check(
    "p.15.14",
    core=True,
    weight=2,
    hint="Which way does `argsort` sort? And is the query embedded as the plots are?",
)
def test_search_finds_the_most_similar(student, rng):
    """A search gives the titles of the most similar plots and their cosines, the most similar first; with fewer films
    than are asked for, all of them."""
    theirs, ours, words = _made(student, rng)
    plots = sentences(rng, words, [int(n) for n in rng.integers(3, 10, 8)])
    titles = [f"film {number}" for number in rng.permutation(8)]
    index = student.PlotIndex(titles, plots, theirs.tokenizer, theirs.model)
    for query in (plots[5], *sentences(rng, words, [4, 8])):
        scores = alone(ours, plots) @ alone(ours, [query])[0]
        order = np.argsort(-scores)
        for k in (1, 3, 20):
            names, told = _hits(index.search(query, k))
            assert names == [titles[i] for i in order[:k]]
            assert_allclose(told, scores[order[:k]], atol=1e-5)
        names, told = _hits(index.search(query))
        assert len(names) == 5
        assert in_order(told)


@check("p.15.14", hint="Which plots have to be embedded anew for a new query?")
def test_plots_are_embedded_once(student, rng):
    """When an index is made, each plot is embedded once; a search embeds its query, and nothing else."""
    theirs, _, words = _made(student, rng)
    plots = sentences(rng, words, [5] * 9)
    index = student.PlotIndex([str(n) for n in range(9)], plots, theirs.tokenizer, theirs.model)
    assert sum(rows for rows, _, _ in theirs.calls) == 9
    for query in sentences(rng, words, [4, 6]):
        before = len(theirs.calls)
        index.search(query, 3)
        assert [rows for rows, _, _ in theirs.calls[before:]] == [1]


@check("p.15.14", hint="What if two films have the same plot, or two plots the same title?")
def test_equal_plots_and_titles(student, rng):
    """Of equal plots, the one that was given first comes first; films of the same title are two films."""
    theirs, _, words = _made(student, rng)
    plots = sentences(rng, words, [5] * 3)
    index = student.PlotIndex(["a", "b", "c", "b"], [*plots, plots[0]], theirs.tokenizer, theirs.model)
    names, told = _hits(index.search(plots[0], 4))
    assert names[:2] == ["a", "b"] or told[0] > told[1]  # equal but for the last digit
    assert sorted(names) == ["a", "b", "b", "c"]


@check("p.15.14", hint="How many others are better than the query's own document, and how many may be?")
def test_recall_at_k(student, rng):
    """The share of queries that find their own document among the best k is counted rightly."""
    told = []
    for n in (4, 9, 30):
        queries, documents = (rng.normal(size=(n, 3)) for _ in range(2))
        queries += 0.7 * documents
        queries, documents = (part / np.linalg.norm(part, axis=1, keepdims=True) for part in (queries, documents))
        for k in (1, 2, 3):
            told.append(found_among(k, queries, documents))
            assert_allclose(float(student.recall_at(k, queries, documents)), told[-1], atol=1e-9)
    assert len(set(told)) > 3


def pretrained():
    """The course's small encoder (runs in the student's process)."""
    from types import SimpleNamespace

    from transformers import AutoModel, AutoTokenizer

    from course.datasets import load

    folder = load("small_sentences").folder
    return SimpleNamespace(
        tokenizer=AutoTokenizer.from_pretrained(folder), model=AutoModel.from_pretrained(folder).eval()
    )


@check("p.15.14", full=True, data="wiki_movie_plots")
def test_finds_real_films(student, rng):
    """With the course's encoder and your functions, films that it was not trained on are found in other words, among
    the first ten, one and a half times as often as by TF-IDF."""
    plots, queries, documents = unseen_films()
    theirs = student.probe_(pretrained)()
    found = [np.asarray(student.embed(texts, theirs.tokenizer, theirs.model)) for texts in (queries, documents)]
    ours = float(student.recall_at(10, *found))
    assert_allclose(ours, found_among(10, *found), atol=0.02)
    assert ours > 1.5 * found_among(10, *(by_words(plots, texts) for texts in (queries, documents)))
