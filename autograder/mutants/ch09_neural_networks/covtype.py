"""Chapter 9, forest cover (p.09.10): wrong answers that must fail, and right ones that must pass."""

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

from autograder.testing import alternative, mutant, naive

BAR = "test_learns_a_made_up_land"


# naive rules


@naive("p.09.10", replaces="fit_covertype", fails=BAR)
def as_it_comes(X_train, y_train, X_val, y_val, seed=42):
    """You take `MLPClassifier` as it comes, on columns as they are: those in the largest unit drown the others. Scale
    them first."""
    return MLPClassifier(random_state=seed).fit(X_train, y_train)


@naive("p.09.10", replaces="fit_covertype", fails=BAR)
def scaled_as_it_comes(X_train, y_train, X_val, y_val, seed=42):
    """Your columns are scaled, but the network is the default one: a second layer and a higher rate learn more, which
    the validation rows would have told."""
    return make_pipeline(StandardScaler(), MLPClassifier(random_state=seed)).fit(X_train, y_train)


@naive("p.09.10", replaces="fit_covertype", fails=BAR)
def straight_borders(X_train, y_train, X_val, y_val, seed=42):
    """Logistic regression draws straight borders, which do not separate these types of cover."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(X_train, y_train)


# wrong


def _scaled(hidden=(50, 50), max_iter=60, seed=0):
    network = MLPClassifier(hidden, learning_rate_init=0.01, batch_size=50, max_iter=max_iter, random_state=seed)
    return make_pipeline(StandardScaler(), network)


class _FromZero(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.model = _scaled().fit(X, y - 1)
        return self

    def predict(self, X):
        return self.model.predict(X)


@mutant("p.09.10", replaces="fit_covertype", fails="test_answers_are_types_of_cover")
def counts_from_zero(X_train, y_train, X_val, y_val, seed=42):
    """Your model answers types from 0 on: they are called as in `y_train`, where the first is 1."""
    return _FromZero().fit(X_train, y_train)


class _ByColumn(_FromZero):
    def fit(self, X, y):
        self.model = _scaled().fit(X, np.unique(y, return_inverse=True)[1])
        return self

    def predict(self, X):
        return self.model.predict(X) + 1


@mutant("p.09.10", replaces="fit_covertype", fails="test_answers_are_types_of_cover")
def counts_without_gaps(X_train, y_train, X_val, y_val, seed=42):
    """You add 1 to the position of a class: where a type is lacking, all later ones get a wrong name."""
    return _ByColumn().fit(X_train, y_train)


class _ScalesWhatItSees(_FromZero):
    def fit(self, X, y):
        self.model = _scaled()[-1].fit(StandardScaler().fit_transform(X), y)
        return self

    def predict(self, X):
        return self.model.predict(StandardScaler().fit_transform(X))


@mutant("p.09.10", replaces="fit_covertype", fails="test_one_patch_alone")
def scales_each_batch_by_itself(X_train, y_train, X_val, y_val, seed=42):
    """New rows are scaled by their own means and deviations: those of the training rows have to be used, which a
    pipeline does for you."""
    return _ScalesWhatItSees().fit(X_train, y_train)


@mutant("p.09.10", replaces="fit_covertype", fails="test_learns_from_the_training_rows")
def learns_from_the_validation_rows(X_train, y_train, X_val, y_val, seed=42):
    """Your network is fitted to the validation rows alone: it has to learn from the training rows."""
    return _scaled().fit(X_val, y_val)


@mutant("p.09.10", replaces="fit_covertype", fails="test_rows_are_left_alone")
def scales_in_place(X_train, y_train, X_val, y_val, seed=42):
    """You scale within the caller's arrays (`copy=False`, `-=`): make new ones."""
    model = _scaled().fit(X_train, y_train)
    X_train -= X_train.mean(axis=0)
    return model


@mutant("p.09.10", replaces="fit_covertype", fails="test_seed_decides_the_model")
def land_without_seed(X_train, y_train, X_val, y_val, seed=42):
    """Each call gives another model, whatever the seed: hand it on to all that draws by chance."""
    return _scaled(seed=None).fit(X_train, y_train)


class _OneScale(_FromZero):
    def fit(self, X, y):
        self.scale = np.abs(X).max()
        self.model = _scaled()[-1].fit(X / self.scale, y)
        return self

    def predict(self, X):
        return self.model.predict(X / self.scale)


@mutant("p.09.10", replaces="fit_covertype", fails=BAR)
def one_scale_for_all(X_train, y_train, X_val, y_val, seed=42):
    """You divide everything by one number: each column needs a scale of its own."""
    return _OneScale().fit(X_train, y_train)


class _ByHand(_FromZero):
    def fit(self, X, y):
        self.mean, self.std = X.mean(axis=0), X.std(axis=0)
        with np.errstate(all="ignore"):
            self.model = _scaled()[-1].fit(np.nan_to_num((X - self.mean) / self.std), y)
        return self

    def predict(self, X):
        with np.errstate(all="ignore"):
            return self.model.predict((X - self.mean) / self.std)


@mutant("p.09.10", replaces="fit_covertype", fails="test_one_patch_alone")
def divides_by_zero(X_train, y_train, X_val, y_val, seed=42):
    """A column with one value only has deviation 0, and you divide by it: leave such a column as it is."""
    return _ByHand().fit(X_train, y_train)


# right


@alternative("p.09.10", replaces="fit_covertype")
def until_it_settles(X_train, y_train, X_val, y_val, seed=42):
    """The default settings with a second layer, trained until the loss falls no more."""
    return make_pipeline(StandardScaler(), MLPClassifier((100, 100), max_iter=500, random_state=seed)).fit(
        X_train, y_train
    )


@alternative("p.09.10", replaces="fit_covertype")
def searched(X_train, y_train, X_val, y_val, seed=42):
    """A search over sizes, by the validation rows; in the end the network has learned from both."""
    fold = PredefinedSplit(np.repeat([-1, 0], [len(y_train), len(y_val)]))
    search = GridSearchCV(_scaled(max_iter=30, seed=seed), {"mlpclassifier__hidden_layer_sizes": [(40, 40), (70, 70)]},
                          cv=fold)  # fmt: skip
    return search.fit(np.vstack([X_train, X_val]), np.concatenate([y_train, y_val]))


class _Torch:
    """Two hidden layers in PyTorch, the best epoch kept; answers with a list."""

    def __init__(self, X, y, X_val, y_val, seed):
        torch.manual_seed(seed)
        self.mean, self.std = X.mean(axis=0), np.where(X.std(axis=0) > 0, X.std(axis=0), 1)
        self.classes = np.unique(y)
        self.net = torch.nn.Sequential(
            torch.nn.Linear(X.shape[1], 80), torch.nn.ReLU(), torch.nn.Linear(80, 80), torch.nn.ReLU(),
            torch.nn.Linear(80, len(self.classes)),
        )  # fmt: skip
        optimizer = torch.optim.Adam(self.net.parameters(), lr=0.006)
        Z, t = self._scaled(X), torch.as_tensor(np.searchsorted(self.classes, y))
        best, state = -1.0, self.net.state_dict()
        for _ in range(50):
            for rows in torch.randperm(len(Z)).split(64):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(self.net(Z[rows]), t[rows]).backward()
                optimizer.step()
            score = float(np.mean(np.array(self.predict(X_val)) == y_val))
            if score >= best:
                best, state = score, {name: value.clone() for name, value in self.net.state_dict().items()}
        self.net.load_state_dict(state)

    def _scaled(self, X):
        return torch.as_tensor((np.asarray(X) - self.mean) / self.std, dtype=torch.float32)

    def predict(self, X):
        with torch.no_grad():
            return self.classes[self.net(self._scaled(X)).argmax(dim=1).numpy()].tolist()


@alternative("p.09.10", replaces="fit_covertype")
def land_by_torch(X_train, y_train, X_val, y_val, seed=42):
    """PyTorch, in a class of one's own."""
    return _Torch(X_train, y_train, X_val, y_val, seed)


@alternative("p.09.10", replaces="fit_covertype")
def fitted_at_one_go(X_train, y_train, X_val, y_val, seed=42):
    """Three layers of tanh and a weak penalty, another way of scaling, the validation rows as more rows to learn
    from."""
    network = MLPClassifier((60, 60, 30), activation="tanh", learning_rate_init=0.01, batch_size=50, alpha=0.001,
                            max_iter=60, random_state=seed)  # fmt: skip
    scaler = QuantileTransformer(n_quantiles=50)
    return make_pipeline(scaler, network).fit(np.vstack([X_train, X_val]).astype(float), np.hstack([y_train, y_val]))
