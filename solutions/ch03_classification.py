"""Chapter 3, classification: the answers."""

import email
import html
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from email.message import Message
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import snowballstemmer
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import shift
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.utils import resample


def tune_knn(X: ArrayLike, y: ArrayLike) -> dict[str, Any]:
    """Find good settings of `KNeighborsClassifier` for one data set, by cross-validation.

    Parameters
    ----------
    X : (n, m) numbers, one row per example, in any order (rows may be sorted by class).
    y : (n,) labels.

    Returns
    -------
    dict with the best ``"n_neighbors"`` (a whole number; 1 to 10 are tried) and ``"weights"`` (``"uniform"`` or
    ``"distance"``), ready for ``KNeighborsClassifier(**settings)``.

    Examples
    --------
    Two groups of numbers, far from each other:

    >>> X, y = np.arange(40).reshape(40, 1) // 20 * 100, np.repeat([3, 8], 20)
    >>> settings = tune_knn(X, y)
    >>> sorted(settings)
    ['n_neighbors', 'weights']
    >>> KNeighborsClassifier(**settings).fit(X, y).predict([[7], [99]]).tolist()
    [3, 8]
    """
    grid = {"n_neighbors": range(1, 11), "weights": ["uniform", "distance"]}
    search = GridSearchCV(KNeighborsClassifier(), grid, cv=3)  # folds of a classifier hold every class
    return search.fit(X, y).best_params_


def fit_mnist(X_train: NDArray[Any], y_train: NDArray[Any]) -> ClassifierMixin:
    """Train a classifier that reads handwritten digits.

    Parameters
    ----------
    X_train : (n, 784) pixels from 0 to 255, uint8; in any order (rows may be sorted by digit).
    y_train : (n,) whole numbers, the digits.

    Returns
    -------
    The fitted classifier. Its ``predict`` takes (k, 784) pixels, 0 to 255, and returns (k,) whole numbers.

    Examples
    --------
    Twenty dark images labelled 3 and twenty bright ones labelled 8:

    >>> X, y = np.full((40, 784), 10, dtype=np.uint8), np.repeat([3, 8], 20)
    >>> X[20:] = 200
    >>> model = fit_mnist(X, y)
    >>> model.predict(X[[5, 35]]).tolist()
    [3, 8]
    """
    X = X_train.astype(float)  # k-NN on bytes is several times slower
    # Tuning fits dozens of models; a tenth of the rows ranks the settings well enough.
    size = min(len(X), int(np.clip(len(X) // 10, 1_000, 6_000)))
    X_few, y_few = resample(X, y_train, replace=False, n_samples=size, stratify=y_train, random_state=42)
    to_float = FunctionTransformer(np.asarray, kw_args={"dtype": float})
    return make_pipeline(to_float, KNeighborsClassifier(**tune_knn(X_few, y_few))).fit(X, y_train)


def shift_image(image: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    """Move a square image by whole pixels and fill the gap with 0.

    Parameters
    ----------
    image : (s, s), or flattened (s*s,); any dtype; not changed. MNIST has s = 28.
    dx : pixels to the right (negative: to the left).
    dy : pixels down (negative: up).

    Returns
    -------
    A new array with the shape and dtype of `image`. What is moved out is lost: nothing comes back on the other side.

    Examples
    --------
    >>> image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], dtype=np.uint8)
    >>> shift_image(image, 1, 0)
    array([[0, 1, 2],
           [0, 4, 5],
           [0, 7, 8]], dtype=uint8)
    >>> shift_image(image.ravel(), 0, -1)
    array([4, 5, 6, 7, 8, 9, 0, 0, 0], dtype=uint8)
    >>> shift_image(image, 2, 3).sum().item()
    0
    """
    side = math.isqrt(image.size)
    picture = image.reshape(side, side)  # rows (down) first, columns (right) second
    return shift(picture, (dy, dx), order=0, cval=0).reshape(image.shape)  # order 0: copy pixels, don't blend them


def augment(X: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Add four copies of every image, moved by one pixel to the right, left, down and up.

    Parameters
    ----------
    X : (n, s*s) flattened square images; not changed.
    y : (n,) their labels.

    Returns
    -------
    X_more : (5n, s*s), dtype of `X`: the images and all their copies, in any order.
    y_more : (5n,), dtype of `y`: the label of each row of `X_more`.

    Examples
    --------
    >>> X, y = np.array([[0, 0, 0, 0, 7, 0, 0, 0, 0], [0, 0, 0, 0, 9, 0, 0, 0, 0]]), np.array([1, 4])
    >>> X_more, y_more = augment(X, y)
    >>> X_more.shape, y_more.shape
    ((10, 9), (10,))
    >>> sorted(zip(X_more.argmax(axis=1).tolist(), y_more.tolist()))
    [(1, 1), (1, 4), (3, 1), (3, 4), (4, 1), (4, 4), (5, 1), (5, 4), (7, 1), (7, 4)]
    """
    steps = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    moved = [np.apply_along_axis(shift_image, 1, X, dx, dy) for dx, dy in steps]  # five times (n, s*s)
    return np.concatenate(moved), np.tile(y, len(steps))


def fit_titanic(train: pd.DataFrame) -> Pipeline:
    """Return a fitted model that says who survived.

    Parameters
    ----------
    train : DataFrame, shape (n, 12)
        Passengers with all columns of ``train.csv``, the answer ``Survived`` (0 or 1) among them. Not changed.

    Returns
    -------
    model : any object whose ``predict(passengers)`` takes a DataFrame of m rows, with or without ``Survived``,
        and returns m zeros and ones.

    Examples
    --------
    A made-up ship of 100, whose women survived and whose men did not:

    >>> ship = pd.DataFrame({
    ...     "PassengerId": range(1, 101), "Survived": [0, 1] * 50, "Pclass": [1, 1, 2, 2, 3] * 20,
    ...     "Name": ["Smith, Mr. John", "Smith, Mrs. Jane"] * 50, "Sex": ["male", "female"] * 50,
    ...     "Age": [30.0, 25.0, None, 41.0] * 25, "SibSp": 1, "Parch": 0, "Ticket": "A 1", "Fare": 8.0,
    ...     "Cabin": None, "Embarked": ["S", "S", "C", "Q", None] * 20})
    >>> model = fit_titanic(ship)
    >>> [int(label) for label in model.predict(ship.head(4))]
    [0, 1, 0, 1]
    >>> len(model.predict(ship.drop(columns="Survived")))
    100
    """
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    # Columns are chosen by name: what is not listed (PassengerId, Name, Ticket, Cabin, Survived) is left out.
    preparation = make_column_transformer(
        (numbers, ["Age", "SibSp", "Parch", "Fare"]),
        (categories, ["Pclass", "Sex", "Embarked"]),
    )
    return make_pipeline(preparation, SVC()).fit(train, train["Survived"])


def _decoded(part: Message) -> str:
    """Return the text of one part of a mail; a charset that is wrong or unknown costs a few characters, no more."""
    content = bytes(part.get_payload(decode=True) or b"")
    try:
        text = content.decode(part.get_content_charset("latin-1"), errors="replace")
    except (LookupError, ValueError):
        text = content.decode("latin-1")
    if part.get_content_type() == "text/html":
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    return text


@cache
def _stemmed(word: str) -> str:
    """Return a word's stem; remembered, because the same words come again and again."""
    return str(snowballstemmer.stemmer("english").stemWord(word))


def prepare(
    mail: str,
    *,
    strip_headers: bool = True,
    lowercase: bool = True,
    replace_urls: bool = True,
    replace_numbers: bool = True,
    remove_punctuation: bool = True,
    stem: bool = True,
) -> list[str]:
    """Return the words of one mail, in order.

    Parameters
    ----------
    mail : the raw text: headers, an empty line, the body. A text that begins with no header is all body.
    strip_headers : leave the headers out. The text parts of a multipart mail are all kept, decoded, and HTML
        without its tags. When False, the raw text is taken as it is.
    lowercase : lower-case everything but the words URL and NUMBER that are put in.
    replace_urls : put the word URL in place of each address that begins with http://, https:// or www.
    replace_numbers : put the word NUMBER in place of each number, such as 7, 42 or 3.14.
    remove_punctuation : take what is neither a letter, a digit nor an underscore for a space.
    stem : cut each word down to its English stem.

    Examples
    --------
    >>> mail = "From: Ann <ann@example.com>\\nSubject: hi\\n\\nSave 9.50 now! See http://example.com/?id=7 and WIN"
    >>> list(prepare(mail))
    ['save', 'NUMBER', 'now', 'see', 'URL', 'and', 'win']
    >>> list(prepare("Winning games,won again", lowercase=False, remove_punctuation=False, stem=False))
    ['Winning', 'games,won', 'again']
    >>> list(prepare("Winning games,won again"))
    ['win', 'game', 'won', 'again']
    """
    text = mail
    if strip_headers:
        parts = [part for part in email.message_from_string(mail).walk() if part.get_content_maintype() == "text"]
        text = "\n".join(map(_decoded, parts))
    if lowercase:
        text = text.lower()
    # Addresses first: they are full of numbers and punctuation.
    if replace_urls:
        text = re.sub(r"(?:https?://|\bwww\.)\S+", " URL ", text, flags=re.IGNORECASE)
    if replace_numbers:
        text = re.sub(r"\b\d+(?:[.,]\d+)*\b", " NUMBER ", text)
    if remove_punctuation:
        text = re.sub(r"\W+", " ", text)
    words = text.split()
    return [_stemmed(word) for word in words] if stem else words


class WordCounter(TransformerMixin, BaseEstimator):
    """Turn raw mails into a sparse matrix of word counts: one row per mail, one column per word.

    Parameters
    ----------
    size : how many words to learn; the most frequent of the training mails.
    vocabulary : the words to count, in the order of the columns; None to learn them.
    binary : say only whether a word is there (1) or not (0).
    options : keyword arguments for `prepare`, such as ``{"stem": False}``; None for its defaults.

    Attributes
    ----------
    vocabulary_ : list of str, the word of each column; set by `fit`.

    Examples
    --------
    >>> plain = {"lowercase": False, "stem": False}
    >>> mails = ["to be or not to be", "not me"]
    >>> counter = WordCounter(vocabulary=["be", "me", "not"], options=plain)
    >>> counter.fit(mails).transform(mails).toarray().astype(int).tolist()
    [[2, 0, 1], [0, 1, 1]]
    >>> counter = WordCounter(size=2, binary=True, options=plain).fit(["so so good", "so good", "bad"])
    >>> [str(word) for word in counter.vocabulary_]
    ['so', 'good']
    >>> counter.transform(["so so bad"]).toarray().astype(int).tolist()
    [[1, 0]]
    """

    def __init__(
        self,
        size: int = 2000,
        vocabulary: Sequence[str] | None = None,
        binary: bool = False,
        options: Mapping[str, bool] | None = None,
    ) -> None:
        """Keep the parameters as they are: scikit-learn copies an estimator by reading them back."""
        self.size = size
        self.vocabulary = vocabulary
        self.binary = binary
        self.options = options

    def fit(self, emails: Iterable[str], y: object = None) -> Self:
        """Learn ``vocabulary_``, the list of words that have a column, from the training mails; return self."""
        if self.vocabulary is None:
            counts = Counter(word for mail in emails for word in prepare(mail, **(self.options or {})))
            self.vocabulary_ = [word for word, _ in counts.most_common(self.size)]
        else:
            self.vocabulary_ = list(self.vocabulary)
        return self

    def transform(self, emails: Iterable[str]) -> csr_matrix:
        """Return the counts, a sparse matrix of shape (n mails, n words); words without a column are left out."""
        column = {word: number for number, word in enumerate(self.vocabulary_)}
        values: list[int] = []
        columns: list[int] = []
        ends = [0]
        for mail in emails:
            counts = Counter(word for word in prepare(mail, **(self.options or {})) if word in column)
            columns += [column[word] for word in counts]
            values += [1] * len(counts) if self.binary else counts.values()
            ends.append(len(columns))
        return csr_matrix((values, columns, ends), shape=(len(ends) - 1, len(column)), dtype=np.int64)


def fit_spam(emails: Sequence[str], labels: npt.ArrayLike) -> Pipeline:
    """Return a fitted spam filter.

    Parameters
    ----------
    emails : n raw mails, headers and all.
    labels : shape (n,), 1 for spam and 0 for ham (mail that is wanted).

    Returns
    -------
    model : any object whose ``predict(emails)`` takes m raw mails and returns m zeros and ones.

    Examples
    --------
    >>> ham = [f"Subject: hi\\n\\nShall we meet on {day} for the garden plans?" for day in ("Monday", "Friday")]
    >>> spam = [f"Subject: hi\\n\\nCheap {name}! Order today: http://shop.example/1" for name in ("gold", "watches")]
    >>> model = fit_spam(ham * 20 + spam * 20, [0] * 40 + [1] * 40)
    >>> [int(label) for label in model.predict(["\\nGarden plans for Sunday", "\\nCheap cheap: order gold today"])]
    [0, 1]
    """
    # Balanced: spam is the rarer kind, and missing it should count as much as a false alarm.
    return make_pipeline(WordCounter(binary=True), LogisticRegression(max_iter=1000, class_weight="balanced")).fit(
        emails, labels
    )
