# %% right
# Intent: email and regular expressions make words, scikit-learn's CountVectorizer counts them, cross_val_score compares
# pipelines on the training mails only, and the verdict is a logistic regression on which words body and subject hold.
import html
from collections import Counter
from functools import partial

from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_union
from sklearn.preprocessing import FunctionTransformer

HEADER = re.compile(r"[!-9;-~]+:(?!//)|From \S+\s+\w{3} \w{3} +\d")
HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"</?[a-z!?][^>]*(?:>|\Z)", re.IGNORECASE)
ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]'}]", re.IGNORECASE)
FIGURE = re.compile(r"(?<!\w)\d+(?:,\d{3}(?!\d))*(?:\.\d+)?(?!\w)")
STEMMER = snowballstemmer.stemmer("english")


def part_text(part: email.message.Message) -> str:
    text = part.get_payload()
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() not in ("", "7bit", "8bit", "binary"):
        raw = part.get_payload(decode=True)
        try:
            text = raw.decode(part.get_content_charset() or "latin-1", "replace")
        except (LookupError, ValueError):
            text = raw.decode("latin-1")
    if part.get_content_subtype() == "html":
        text = html.unescape(TAG.sub(" ", HIDDEN.sub(" ", text)))
    return text


def body_of(mail: str) -> str:
    mail = mail.encode("utf-8", "replace").decode("utf-8")
    if not HEADER.match(mail):
        return mail
    try:
        parts = [part for part in email.message_from_string(mail).walk() if not part.is_multipart()]
        skipped = {"image", "audio", "video", "application"}
        return "\n".join(part_text(part) for part in parts if part.get_content_maintype() not in skipped)
    except Exception:  # a mail that is broken beyond what the parser forgives
        return mail.partition("\n\n")[2]


@cache
def stem_of(word: str) -> str:
    return word if word in ("URL", "NUMBER") else STEMMER.stemWord(word) or word


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
    text = body_of(mail) if strip_headers else mail
    if lowercase:
        text = text.lower()
    if replace_urls:
        text = ADDRESS.sub("URL", text)
    if replace_numbers:
        text = FIGURE.sub("NUMBER", text)
    if remove_punctuation:
        text = re.sub(r"\W", " ", text)
    return [stem_of(word) for word in text.split()] if stem else text.split()


class WordCounter(TransformerMixin, BaseEstimator):
    def __init__(
        self,
        size: int = 2000,
        vocabulary: Sequence[str] | None = None,
        binary: bool = False,
        options: Mapping[str, bool] | None = None,
    ) -> None:
        self.size = size
        self.vocabulary = vocabulary
        self.binary = binary
        self.options = options

    def fit(self, emails: Iterable[str], y: object = None) -> Self:
        if self.vocabulary is not None:
            self.vocabulary_ = list(self.vocabulary)
        else:
            counts = Counter(word for mail in emails for word in prepare(mail, **(self.options or {})))
            self.vocabulary_ = [word for word, _ in counts.most_common(self.size)]
        return self

    def transform(self, emails: Iterable[str]) -> csr_matrix:
        words_of = partial(prepare, **(self.options or {}))
        vectorizer = CountVectorizer(analyzer=words_of, vocabulary=self.vocabulary_, binary=self.binary)
        return csr_matrix(vectorizer.transform(emails))


def spam_parts() -> tuple[dict[str, TransformerMixin], dict[str, ClassifierMixin]]:
    preparations = {
        "counts": WordCounter(),
        "there or not": WordCounter(binary=True),
        "tf-idf, not stemmed": make_pipeline(WordCounter(options={"stem": False}), TfidfTransformer()),
    }
    classifiers = {
        "naive Bayes": MultinomialNB(alpha=0.1),
        "logistic": LogisticRegression(C=10, max_iter=1000),
    }
    return preparations, classifiers


def compare_filters(
    preparations: Mapping[str, BaseEstimator],
    classifiers: Mapping[str, BaseEstimator],
    emails: Sequence[str],
    labels: npt.ArrayLike,
) -> dict[str, Any]:
    labels = np.asarray(labels)
    train, test, y_train, y_test = train_test_split(
        list(emails), labels, test_size=len(labels) // 5, stratify=labels, random_state=0
    )
    pairs = {
        (first, second): make_pipeline(clone(preparation), clone(classifier))
        for first, preparation in preparations.items()
        for second, classifier in classifiers.items()
    }
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = {
        pair: cross_val_score(model, train, y_train, cv=folds, scoring="f1").mean() for pair, model in pairs.items()
    }
    best = max(scores, key=scores.get)
    model = pairs[best].fit(train, y_train)
    return {"scores": scores, "best": best, "model": model, "test_score": f1_score(y_test, model.predict(test))}


def subject_lines(emails: Iterable[str]) -> list[str]:
    heads = (mail.partition("\n\n")[0] if HEADER.match(mail) else "" for mail in emails)
    return ["\n" + " ".join(re.findall(r"(?im)^Subject:(.*)", head)) for head in heads]


def fit_spam(emails: Sequence[str], labels: npt.ArrayLike) -> Pipeline:
    model = make_pipeline(
        make_union(
            WordCounter(3000, binary=True),
            make_pipeline(FunctionTransformer(subject_lines), WordCounter(500, binary=True)),
        ),
        LogisticRegression(C=0.3, class_weight="balanced", max_iter=1000),
    )
    return model.fit(list(emails), np.asarray(labels).astype(int))


# %% wrong: prepare, WordCounter
# Misconception: Thinks that the text/plain part of a multipart mail holds all its text, the others merely repeat it in
# HTML. Believes that a vocabulary is a set, whose columns come in alphabetical order.
def body_of(mail: str) -> str:
    mail = mail.encode("utf-8", "replace").decode("utf-8")
    if not HEADER.match(mail):
        return mail
    parts = [part for part in email.message_from_string(mail).walk() if part.get_content_maintype() == "text"]
    plain = [part for part in parts if part.get_content_subtype() == "plain"]
    return part_text((plain or parts)[0]) if parts else ""


class WordCounter(TransformerMixin, BaseEstimator):
    def __init__(self, size=2000, vocabulary=None, binary=False, options=None) -> None:
        self.size = size
        self.vocabulary = vocabulary
        self.binary = binary
        self.options = options

    def fit(self, emails: Iterable[str], y: object = None) -> Self:
        if self.vocabulary is not None:
            self.vocabulary_ = sorted(set(self.vocabulary))
        else:
            counts = Counter(word for mail in emails for word in prepare(mail, **(self.options or {})))
            self.vocabulary_ = [word for word, _ in counts.most_common(self.size)]
        return self

    def transform(self, emails: Iterable[str]) -> csr_matrix:
        words_of = partial(prepare, **(self.options or {}))
        vectorizer = CountVectorizer(analyzer=words_of, vocabulary=self.vocabulary_, binary=self.binary)
        return csr_matrix(vectorizer.transform(emails))


# %% wrong: spam_parts, compare_filters, fit_spam
# Misconception: Thinks that a preparation, which doesn't look at the labels, can't leak, and may be fitted once to all
# training mails before the folds are made. Takes another C for another kind of classifier. Takes headers for part of
# what a mail says.
def spam_parts() -> tuple[dict[str, TransformerMixin], dict[str, ClassifierMixin]]:
    preparations = {"counts": WordCounter(), "there or not": WordCounter(binary=True)}
    classifiers = {f"logistic, C={C}": LogisticRegression(C=C, max_iter=1000) for C in (1, 10)}
    return preparations, classifiers


def compare_filters(
    preparations: Mapping[str, BaseEstimator],
    classifiers: Mapping[str, BaseEstimator],
    emails: Sequence[str],
    labels: npt.ArrayLike,
) -> dict[str, Any]:
    labels = np.asarray(labels)
    train, test, y_train, y_test = train_test_split(
        list(emails), labels, test_size=len(labels) // 5, stratify=labels, random_state=0
    )
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    fitted = {name: clone(preparation).fit(train, y_train) for name, preparation in preparations.items()}
    scores = {}
    for first, preparation in fitted.items():
        rows = preparation.transform(train)
        for second, classifier in classifiers.items():
            scores[first, second] = cross_val_score(clone(classifier), rows, y_train, cv=folds, scoring="f1").mean()
    best = max(scores, key=scores.get)
    classifier = clone(classifiers[best[1]]).fit(fitted[best[0]].transform(train), y_train)
    model = make_pipeline(fitted[best[0]], classifier)
    return {"scores": scores, "best": best, "model": model, "test_score": f1_score(y_test, model.predict(test))}


def fit_spam(emails: Sequence[str], labels: npt.ArrayLike) -> Pipeline:
    model = make_pipeline(
        WordCounter(3000, binary=True, options={"strip_headers": False}),
        LogisticRegression(C=0.3, class_weight="balanced", max_iter=1000),
    )
    return model.fit(list(emails), np.asarray(labels).astype(int))
