"""Full-size figures of chapter 14."""

import numpy as np

from autograder.checks.ch14_text.inputs_rain import Radar
from autograder.checks.ch14_text.inputs_reber import REBER, labelled
from autograder.testing import headline
from course.datasets import load
from solutions.ch14_text.characters import fit_characters, perplexity
from solutions.ch14_text.dates import fit_dates, make_dates, translate
from solutions.ch14_text.rain import fit_rain, forecast_rain
from solutions.ch14_text.reber import accepts, embedded, fit_strings, reber_examples, valid_probability
from solutions.ch14_text.reviews import build_vocabulary, fit_reviews, friendly_probability, split_test

# ---------------------------------------------------------------- p.14.7


@headline("p.14.7", "the example string is valid", book="BPBTSXXVPSEPE", data="", holds=lambda value: value == 1)
def example_string() -> tuple[float, str]:
    """And with another last symbol but one it is not."""
    whole = embedded(REBER)
    return float(accepts(whole, "BPBTSXXVPSEPE") and not accepts(whole, "BPBTSXXVPSETE")), "one string"


@headline("p.14.7", "embedded Reber strings, accuracy", book="", data="", holds=lambda value: value > 0.98)
def reber_strings() -> tuple[float, str]:
    """Half of the strings are valid."""
    model = fit_strings(*reber_examples(REBER, 10_000), n_hidden=64, n_steps=1500)
    strings, labels = labelled(np.random.default_rng(0), REBER, 4000, longest=60)
    return float(np.mean((valid_probability(model, strings) > 0.5) == labels)), "10,000 train / 4,000 test"


# ---------------------------------------------------------------- p.14.8


def _exact(attention: bool) -> tuple[float, str]:
    translator = fit_dates(*make_dates(10_000), attention=attention, n_steps=2500)
    words, digits = make_dates(1000, seed=7)
    right = [one == other for one, other in zip(translate(translator, words), digits, strict=True)]
    return float(np.mean(right)), "10,000 train / 1,000 test"


@headline("p.14.8", "dates exact, without attention", book="", data="", holds=lambda value: value > 0.99)
def dates_without() -> tuple[float, str]:
    """One vector for the whole date."""
    return _exact(attention=False)


@headline("p.14.8", "dates exact, with attention", book="", data="", holds=lambda value: value > 0.99)
def dates_with() -> tuple[float, str]:
    """The decoder looks back."""
    return _exact(attention=True)


# ---------------------------------------------------------------- the earlier editions' exercises


@headline("tf2.13.10", "IMDb, test accuracy", book="", data="imdb", holds=lambda value: value > 0.85)
def imdb_accuracy() -> tuple[float, str]:
    """On the 10,000 test reviews that are left when 15,000 are for validation."""
    data = load("imdb")
    vocabulary = build_vocabulary(data.X_train, 5000)
    model = fit_reviews(data.X_train, data.y_train, vocabulary, n_epochs=3)
    _, _, texts, labels = split_test(data.X_test, data.y_test, len(data.X_test) * 3 // 5)
    return float(np.mean((friendly_probability(model, texts, vocabulary) > 0.5) == labels)), f"{len(texts):,} test"


@headline("tf1.14.8", "rain, error beside the median's", book="", data="", holds=lambda value: value < 1 / 3)
def rain_error() -> tuple[float, str]:
    """On made-up hours whose gauges work."""
    rng = np.random.default_rng(0)
    radar = Radar(rng)
    train, test = radar.hours(rng, 8000), radar.hours(rng, 1000, broken=0.0)
    test = test[test.groupby("Id")["Ref"].transform("count") > 0]
    right = test.groupby("Id")["Expected"].first()
    said = forecast_rain(fit_rain(train, n_steps=2000), test)
    median = train.groupby("Id")["Expected"].first().median()
    return float((said - right).abs().mean() / (median - right).abs().mean()), "8,000 train / 1,000 test"


@headline(
    "tf2.16.11", "Shakespeare, perplexity by character", book="", data="tiny_shakespeare", holds=lambda value: value < 7
)
def shakespeare() -> tuple[float, str]:
    """On the 20,000 characters after those that were learned from."""
    text = load("tiny_shakespeare").text[:320_000]
    letters = sorted(set(text))
    tokens = [letters.index(letter) for letter in text]
    n = len(tokens) * 15 // 16
    model = fit_characters(tokens[:n], len(letters), length=64, n_hidden=128, n_epochs=3).eval()
    return perplexity(model, tokens[n:]), f"{n:,} train / {len(tokens) - n:,} test"
