"""Right answers to two exercises of chapter 3, by the ids of their cells."""

SHIFT, AUGMENT, TITANIC = "p-03-2-shift_image", "p-03-2-augment", "p-03-3-fit_titanic"
CHAPTER_3 = {
    SHIFT: """\
def shift_image(image, dx, dy):
    image = np.asarray(image)
    n = math.isqrt(image.size)
    grid, out = image.reshape(n, n), np.zeros((n, n), image.dtype)
    if abs(dx) < n and abs(dy) < n:
        rows, columns = slice(max(dy, 0), n + min(dy, 0)), slice(max(dx, 0), n + min(dx, 0))
        out[rows, columns] = grid[max(-dy, 0) : n - max(dy, 0), max(-dx, 0) : n - max(dx, 0)]
    return out.reshape(image.shape)
""",
    AUGMENT: """\
def augment(X, y):
    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    rows = [[shift_image(row, a, b) for row in X] for a, b in moves]
    return np.vstack(rows).astype(X.dtype), np.concatenate([y] * 5)
""",
    TITANIC: """\
def fit_titanic(train):
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    columns = make_column_transformer(
        (numbers, ["Age", "Fare", "SibSp", "Parch"]),
        (words, ["Sex", "Pclass", "Embarked"]),
    )
    return make_pipeline(columns, SVC()).fit(train, train["Survived"])
""",
}
