"""Chapter 3's references beside SciPy, Pillow, pandas, scikit-learn, Python's writer of mails, and brute force."""

from __future__ import annotations

import string
from collections import Counter
from email.message import EmailMessage
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from course.datasets import load
from solutions.ch03_classification.digits import fit_mnist, tune_knn
from solutions.ch03_classification.filters import compare_filters, spam_parts
from solutions.ch03_classification.mails import WordCounter, prepare
from solutions.ch03_classification.shifts import augment, shift_image
from solutions.ch03_classification.spam import fit_spam
from solutions.ch03_classification.titanic import fit_titanic
from tests.support.oracle import oracle

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}

FEW = settings(max_examples=30, deadline=None, derandomize=True)
SETTINGS = [(k, weights) for k in range(1, 11) for weights in ("uniform", "distance")]


def vote(distances: NDArray[Any], labels: NDArray[Any], k: int, weights: str) -> NDArray[Any]:
    """Return what the k nearest say, row by row: k-NN by hand, from distances (n rows asked, n rows known)."""
    told = []
    for row in distances:
        votes = dict.fromkeys(sorted(set(labels.tolist())), 0.0)
        for near in sorted(range(len(row)), key=lambda i: float(row[i]))[:k]:
            votes[labels[near].item()] += 1 / row[near] if weights == "distance" else 1.0
        told.append(max(votes, key=lambda label: votes[label]))  # of equal votes the first, the smallest label
    return np.array(told)


@oracle("p.03.1", "brute force: k-NN by hand, over three folds and all 20 settings")
@given(seed=st.integers(0, 10**6), spread=st.sampled_from([0.5, 1.0, 2.0]), ordered=st.booleans())
@settings(max_examples=12, deadline=None, derandomize=True)
def test_no_other_settings_are_right_more_often_on_the_folds(seed: int, spread: float, ordered: bool) -> None:
    rng = np.random.default_rng(seed)
    y = np.repeat([2, 5, 7], 15)
    if not ordered:
        rng.shuffle(y)
    X = rng.normal(0, spread, (45, 2)) + np.c_[y == 5, y == 7]
    third = np.zeros(45, dtype=int)
    for label in (2, 5, 7):
        third[y == label] = np.repeat([0, 1, 2], 5)
    right = dict.fromkeys(SETTINGS, 0)
    for fold in range(3):
        asked, known = third == fold, third != fold
        distances = cdist(X[asked], X[known])
        for setting in SETTINGS:
            right[setting] += int((vote(distances, y[known], *setting) == y[asked]).sum())
    found = tune_knn(X, y)
    assert right[found["n_neighbors"], found["weights"]] == max(right.values())


@oracle("p.03.1", "k-NN by hand from scipy's cdist, on scikit-learn's digits")
def test_digits_are_read_as_by_exact_distances() -> None:
    digits = load_digits()
    large = np.pad(np.kron(digits.images * 15, np.ones((3, 3))), ((0, 0), (2, 2), (2, 2)))
    X = large.reshape(-1, 784).astype(np.uint8)
    order = np.argsort(digits.target[:500], kind="stable")  # sorted by digit
    X_train, y_train, X_test = X[:500][order], digits.target[:500][order], X[500:600]
    read = fit_mnist(X_train, y_train).predict(X_test)
    distances = cdist(X_test.astype(float), X_train.astype(float))
    assert any(np.array_equal(read, vote(distances, y_train, *setting)) for setting in SETTINGS)


def pillow_moved(picture: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    """Return a picture of bytes moved by Pillow's affine map, which asks for each pixel where it comes from."""
    side = len(picture)
    return np.asarray(Image.fromarray(picture).transform((side, side), Image.Transform.AFFINE, (1, 0, -dx, 0, 1, -dy)))


@st.composite
def pictures(draw: st.DrawFn, sides: tuple[int, int] = (1, 7)) -> NDArray[np.uint8]:
    side = draw(st.integers(*sides))
    pixels = draw(st.lists(st.integers(1, 255), min_size=side * side, max_size=side * side))
    return np.array(pixels, dtype=np.uint8).reshape(side, side)


@oracle("p.03.2", "Pillow's affine transform (hypothesis)")
@given(picture=pictures(), dx=st.integers(-8, 8), dy=st.integers(-8, 8))
@FEW
def test_an_image_moves_as_pillow_moves_it(picture: NDArray[np.uint8], dx: int, dy: int) -> None:
    expected = pillow_moved(picture, dx, dy)
    assert np.array_equal(shift_image(picture, dx, dy), expected)
    assert np.array_equal(shift_image(picture.ravel(), dx, dy), expected.ravel())


@oracle("p.03.2", "brute force: pixel by pixel, in eight dtypes")
@pytest.mark.parametrize("dtype", ["bool", "i1", "u2", "i4", "i8", "f4", "f8", "c8"])
def test_pixels_of_all_types_are_copied_and_not_blended(dtype: str) -> None:
    picture = np.random.default_rng(1).integers(-100, 100, (5, 5)).astype(dtype)
    before = picture.copy()
    for dx, dy in np.ndindex(13, 13):
        moved = shift_image(picture, dx - 6, dy - 6)
        assert moved.dtype == picture.dtype
        for row, column in np.ndindex(5, 5):
            y, x = row - (dy - 6), column - (dx - 6)
            assert moved[row, column] == (picture[y, x] if 0 <= y < 5 and 0 <= x < 5 else 0)
    assert np.array_equal(picture, before)


@oracle("p.03.2", "counts of Pillow's five pictures per image")
@given(images=st.lists(pictures((3, 3)), min_size=1, max_size=4))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_every_image_comes_five_times_with_its_label(images: list[NDArray[np.uint8]]) -> None:
    steps = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    expected = Counter(
        (pillow_moved(image, *step).tobytes(), label) for label, image in enumerate(images) for step in steps
    )
    X, y = augment(np.array([image.ravel() for image in images]), np.arange(len(images)))
    assert Counter((row.tobytes(), label) for row, label in zip(X, y.tolist(), strict=True)) == expected


def passengers(n: int, seed: int) -> pd.DataFrame:
    """Return made-up passengers, in the columns and with the gaps of the real ones."""
    return load("titanic", source="stand-in").train.sample(n, random_state=seed).reset_index(drop=True)


def in_pandas(table: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    """Return the table as numbers, with medians, scales and categories of the training table, by pandas alone."""

    def told(rows: pd.DataFrame) -> pd.DataFrame:
        title = [name.split(", ")[1].split(".")[0] for name in rows["Name"]]
        family = rows["SibSp"] + rows["Parch"]
        return rows.assign(Title=title, Family=family, Alone=family.eq(0), Child=rows["Age"].lt(13))

    asked, known = told(table), told(train)
    columns = {}
    for name in ("Age", "Family", "Fare"):
        filled = known[name].fillna(known[name].median())
        columns[name] = (asked[name].fillna(known[name].median()) - filled.mean()) / filled.std(ddof=0)
    for name in ("Pclass", "Sex", "Embarked", "Title", "Alone", "Child"):
        values = asked[name].fillna(known[name].mode()[0])
        for kind in known[name].dropna().unique():
            columns[f"{name} is {kind}"] = (values == kind).astype(float)
    return pd.DataFrame(columns)


@oracle("p.03.3", "the same preparation by pandas alone")
def test_the_preparation_learns_from_the_training_table_and_knows_gaps_and_strangers() -> None:
    train, asked = passengers(300, 0), passengers(80, 1)
    asked.loc[:9, ["Age", "Fare", "Embarked"]] = None
    asked.loc[10:19, "Embarked"] = "X"
    asked.loc[20:29, "Name"] = "Doe, Admiral. Ann"
    by_hand = SVC().fit(in_pandas(train, train).to_numpy(), train["Survived"])
    expected = by_hand.decision_function(in_pandas(asked, train).to_numpy())
    np.testing.assert_allclose(fit_titanic(train).decision_function(asked), expected, atol=1e-6)


@oracle("p.03.3", "property: numbers of rows, tickets, company and order of columns don't matter")
def test_only_the_passenger_counts() -> None:
    train, asked = passengers(200, 2), passengers(40, 3)
    before = train.copy()
    model = fit_titanic(train)
    pd.testing.assert_frame_equal(train, before)
    expected = np.asarray(model.predict(asked)).tolist()
    changed = asked.assign(PassengerId=-1, Ticket="?", Cabin=None, Survived=1 - asked["Survived"])
    assert np.asarray(model.predict(changed[changed.columns[::-1]])).tolist() == expected
    assert [int(model.predict(asked.iloc[[i]])[0]) for i in range(40)] == expected
    renumbered = fit_titanic(train.assign(PassengerId=range(200, 0, -1), Ticket="?"))
    assert np.asarray(renumbered.predict(asked.drop(columns="Survived"))).tolist() == expected


@oracle("p.03.3", "a rule known beforehand, and scikit-learn's best tree with a single split")
def test_a_rule_of_sex_class_and_age_is_learned() -> None:
    people = passengers(600, 4)
    saved = np.where(people["Sex"] == "female", people["Pclass"] < 3, people["Age"] < 25).astype(int)
    people = people.assign(Survived=saved)
    train, asked = people[:450], people[450:]
    model = fit_titanic(train)
    stump = DecisionTreeClassifier(max_depth=1).fit(in_pandas(train, train), train["Survived"])
    one_column = stump.score(in_pandas(asked, train), asked["Survived"])
    assert (model.predict(asked) == asked["Survived"]).mean() > one_column + 0.12


LETTERS = st.text("abcdefghijkl", min_size=2, max_size=7)
NUMBERS = st.one_of(st.integers(0, 9999).map(str), st.decimals(0, 99, places=2).map(str))
ADDRESSES = st.tuples(st.sampled_from(["http://", "https://", "www.", "HTTP://"]), LETTERS).map(
    lambda parts: f"{parts[0]}{parts[1]}.example/?q={parts[1]}"
)
TOKENS = st.lists(
    st.one_of(
        st.tuples(st.just("word"), LETTERS | LETTERS.map(str.title)),
        st.tuples(st.just("number"), NUMBERS),
        st.tuples(st.just("address"), ADDRESSES),
    ),
    max_size=12,
)


@oracle("p.03.4", "mails put together from words whose answers are known (hypothesis)")
@given(TOKENS, st.booleans(), st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_each_option_does_its_own_step(
    tokens: list[tuple[str, str]], headers: bool, lower: bool, urls: bool, numbers: bool
) -> None:
    expected = []
    for kind, token in tokens:
        if kind == "address" and urls:
            expected.append("URL")
        elif kind == "number" and numbers:
            expected.append("NUMBER")
        else:
            expected.append("".join(chr(ord(c) + 32) if c in string.ascii_uppercase and lower else c for c in token))
    options = {"lowercase": lower, "replace_urls": urls, "replace_numbers": numbers}
    mail = "\n ".join(token for _, token in tokens)
    head = "Subject: sale 7\nFrom: ann@example.com\n\n" if headers else ""
    plain = {"remove_punctuation": False, "stem": False}
    assert list(prepare(head + mail, strip_headers=headers, **options, **plain)) == expected


@oracle("p.03.4", "str.translate and str.split")
@given(st.text("aZ_7 .,;:-!?'\"$\t\n", max_size=60) | st.text(string.printable, max_size=60))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_punctuation_becomes_spaces_and_all_off_splits(text: str) -> None:
    off = dict.fromkeys(["strip_headers", "lowercase", "replace_urls", "replace_numbers", "stem"], False)
    assert list(prepare(text, **off, remove_punctuation=False)) == text.split()
    marks = str.maketrans(dict.fromkeys(string.punctuation.replace("_", ""), " "))
    assert list(prepare(text, **off)) == text.translate(marks).split()


@oracle("p.03.4", "pairs of word and stem published for Snowball's English stemmer")
def test_words_are_cut_to_their_published_stems() -> None:
    published = {
        "consigned": "consign", "consistency": "consist", "consolation": "consol", "consolatory": "consolatori",
        "conspicuous": "conspicu", "conspirators": "conspir", "knightly": "knight", "knaves": "knave",
        "kneeling": "kneel", "knackeries": "knackeri",
    }  # fmt: skip
    assert list(prepare(" ".join(published))) == list(published.values())


WORDS = st.lists(st.text("abcdeéüßñ", min_size=1, max_size=6), min_size=1, max_size=8)


@oracle("p.03.4", "mails written by Python's EmailMessage: encodings, HTML, parts, an attachment (hypothesis)")
@given(WORDS, WORDS, st.sampled_from(["base64", "quoted-printable", "8bit"]), st.sampled_from(["utf-8", "latin-1"]))
@FEW
def test_what_was_written_into_a_mail_is_read_out_of_it(
    plain: list[str], marked: list[str], encoding: str, charset: str
) -> None:
    written = EmailMessage()
    written["Subject"] = "not this"
    written.set_content(" ".join(plain), cte=encoding, charset=charset)
    body = " ".join(f"<b class='x'>{word.replace('é', '&eacute;')}</b>" for word in marked)
    written.add_alternative(f"<html><body>{body}</body></html>", subtype="html", cte=encoding, charset=charset)
    written.add_attachment(b"no words", maintype="application", subtype="octet-stream", filename="a.bin")
    mail = written.as_bytes().decode("latin-1")  # as they lie in the collection
    assert list(prepare(mail, stem=False)) == plain + marked


BAG = st.lists(st.text("abc ", max_size=20), min_size=1, max_size=5)
PLAIN = dict.fromkeys(
    ["strip_headers", "lowercase", "replace_urls", "replace_numbers", "remove_punctuation", "stem"], False
)


@oracle("p.03.4", "scikit-learn's CountVectorizer (hypothesis)")
@given(mails=BAG, new=BAG, binary=st.booleans(), size=st.integers(1, 5))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_words_are_counted_as_by_scikit_learn(mails: list[str], new: list[str], binary: bool, size: int) -> None:
    columns = ["b", "ab", "a", "cc"]
    theirs = CountVectorizer(token_pattern=r"\S+", lowercase=False, binary=binary, vocabulary=columns)
    ours = WordCounter(vocabulary=columns, binary=binary, options=PLAIN).fit(mails)
    assert np.array_equal(ours.transform(new).toarray(), theirs.transform(new).toarray())
    if "".join(mails).strip():
        theirs = CountVectorizer(token_pattern=r"\S+", lowercase=False).fit(mails)
        counts = np.asarray(theirs.transform(mails).sum(axis=0)).ravel()
        learned = WordCounter(size, binary=binary, options=PLAIN).fit(mails).vocabulary_
        kept = [int(counts[theirs.vocabulary_[word]]) for word in learned]
        assert sorted(kept, reverse=True) == sorted(counts.tolist(), reverse=True)[:size]


class Noted(CountVectorizer):  # type: ignore[misc]  # scikit-learn has no types
    """Counts words, and notes which mails it has been fitted to."""

    fits: ClassVar[list[frozenset[str]]] = []

    def fit_transform(self, raw_documents: Any, y: Any = None) -> Any:
        Noted.fits.append(frozenset(raw_documents))
        return super().fit_transform(raw_documents, y)


def f1_counted(truth: NDArray[Any], said: NDArray[Any]) -> float:
    hits = sum(t and s for t, s in zip(truth, said, strict=True))
    return float(2 * hits / (sum(truth) + sum(said)))


@oracle("p.03.4", "the folds that were noted, and the F1 score counted on them")
def test_scores_are_those_of_mails_held_out() -> None:
    rng = np.random.default_rng(5)
    labels = np.repeat([0, 1], [60, 40])
    emails = [
        " ".join(rng.choice(["aa", "bb", "cc", "dd"], 8, p=np.roll([0.4, 0.2, 0.2, 0.2], label))) + f" {i}"
        for i, label in enumerate(labels)
    ]
    Noted.fits.clear()
    preparations = {"words": {}, "letters": {"analyzer": "char"}}
    classifiers = {"logistic": LogisticRegression(), "bayes": MultinomialNB()}
    noted = {name: Noted(**options) for name, options in preparations.items()}
    found = compare_filters(noted, classifiers, emails, labels)
    train = frozenset().union(*Noted.fits)
    folds = set(Noted.fits) - {train}
    assert len(train) == 80 and Noted.fits[-1] == train
    assert len(folds) >= 3 and Counter(mail for fold in folds for mail in train - fold) == Counter(train)

    def score(pair: tuple[str, str], known: frozenset[str], asked: frozenset[str]) -> float:
        rows = [np.array([mail in part for mail in emails]) for part in (known, asked)]
        counter = CountVectorizer(**preparations[pair[0]])
        X = counter.fit([mail for mail in emails if mail in known]).transform(emails)
        said = type(classifiers[pair[1]])().fit(X[rows[0]], labels[rows[0]]).predict(X[rows[1]])
        return f1_counted(labels[rows[1]], said)

    pairs = [(preparation, classifier) for preparation in noted for classifier in classifiers]
    expected = {pair: np.mean([score(pair, fold, train - fold) for fold in folds]) for pair in pairs}
    assert found["scores"] == pytest.approx(expected)
    assert len(set(expected.values())) == 4 and found["best"] == max(expected, key=lambda pair: expected[pair])
    assert found["test_score"] == pytest.approx(score(found["best"], train, frozenset(emails) - train))


@oracle("p.03.4", "property: each pair learns which of two words is in a mail")
def test_every_part_works_with_every_other() -> None:
    preparations, classifiers = spam_parts()
    mails, labels = ["\ngarden plans", "\ncheap gold"] * 20, [0, 1] * 20
    for preparation in preparations.values():
        numbers = preparation.fit_transform(mails, labels)
        for classifier in classifiers.values():
            assert classifier.fit(numbers, labels).predict(numbers).tolist() == labels


@oracle("p.03.4", "scipy's minimum of the balanced logistic loss over CountVectorizer's columns")
def test_the_filter_minimises_its_loss() -> None:
    corpus = load("spamassassin", source="stand-in")
    emails, labels = list(corpus.emails), np.asarray(corpus.labels)
    mails, new, y, _ = train_test_split(emails, labels, train_size=60, test_size=40, stratify=labels, random_state=0)
    counter = CountVectorizer(analyzer=prepare, binary=True).fit(mails)
    X = np.c_[counter.transform(mails).toarray(), np.ones(60)]
    assert X.shape[1] <= 2000
    weight = np.where(y == 1, 30 / y.sum(), 30 / (60 - y.sum()))  # both kinds count as much

    def loss(w: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        margin = (2 * y - 1) * (X @ w)
        slope = -weight * (2 * y - 1) / (1 + np.exp(margin))
        free = np.r_[w[:-1], 0]  # the intercept costs nothing
        return float((weight * np.logaddexp(0, -margin)).sum() + free @ free / 2), X.T @ slope + free

    best = minimize(loss, np.zeros(X.shape[1]), jac=True, method="L-BFGS-B", options={"gtol": 1e-7, "ftol": 1e-14}).x
    expected = np.c_[counter.transform(new).toarray(), np.ones(40)] @ best
    model = fit_spam(mails, y)
    np.testing.assert_allclose(model.decision_function(new), expected, atol=0.03)
    stamped = [f"X-Verdict: free money, cheap gold\n{mail}" for mail in new]
    assert model.predict(stamped).tolist() == (expected > 0).astype(int).tolist()
