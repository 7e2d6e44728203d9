# %% right
# Intent: a linear SVM for the faces; scikit-learn's KMeans is the reducer, and the search keeps the
# distances of every k in a dict so that the best ones can be appended.
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import StandardScaler


def fit_face_classifier(X, y):
    return make_pipeline(StandardScaler(), SVC(kernel="linear")).fit(X, y)


def fit_reducer(X, k):
    return KMeans(k, n_init=10, random_state=42).fit(X)


def search_k(classifier, X_train, y_train, X_val, y_val, ks):
    def accuracy(train, val):
        return accuracy_score(y_val, clone(classifier).fit(train, y_train).predict(val))

    reducers = {k: fit_reducer(X_train, k) for k in ks}
    gaps = {k: (reducer.transform(X_train), reducer.transform(X_val)) for k, reducer in reducers.items()}
    scores = {k: accuracy(*pair) for k, pair in gaps.items()}
    best = max(scores, key=scores.get)
    both = [np.hstack(pair) for pair in zip((X_train, X_val), gaps[best])]
    return {"scores": scores, "best_k": best, "plain": accuracy(X_train, X_val), "appended": accuracy(*both)}

# %% wrong: search_k
# Misconception: Thinks that k-means may be fitted to the validation rows as well, since it does not look at any label.
def search_k(classifier, X_train, y_train, X_val, y_val, ks):
    def accuracy(train, val):
        return accuracy_score(y_val, clone(classifier).fit(train, y_train).predict(val))

    reducers = {k: fit_reducer(np.vstack([X_train, X_val]), k) for k in ks}
    gaps = {k: (reducer.transform(X_train), reducer.transform(X_val)) for k, reducer in reducers.items()}
    scores = {k: accuracy(*pair) for k, pair in gaps.items()}
    best = max(scores, key=scores.get)
    both = [np.hstack(pair) for pair in zip((X_train, X_val), gaps[best])]
    return {"scores": scores, "best_k": best, "plain": accuracy(X_train, X_val), "appended": accuracy(*both)}

# %% wrong: fit_reducer, search_k
# Misconception: Thinks that whatever works with distances needs standardised columns first, so the distances are in
# standard deviations and not those of the rows as they are.
def fit_reducer(X, k):
    return make_pipeline(StandardScaler(), KMeans(k, n_init=10, random_state=42)).fit(X)
