"""Chapter 6, a vote on digits (p.06.8): wrong answers that must fail, and right ones that must pass."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- p.06.8, wrong


def _unit(X):
    return np.asarray(X, dtype=np.float32) / 255


def _scaled(model):
    return make_pipeline(FunctionTransformer(_unit), model)


def _three():
    return [
        ("trees", ExtraTreesClassifier(60, random_state=0)),
        ("neighbours", _scaled(KNeighborsClassifier(4, weights="distance"))),
        ("linear", _scaled(LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.3))),
    ]


def _quick():
    """For wrong answers: each failed check of a submission is compared with all of them, so they must not take long."""
    return [
        ("trees", ExtraTreesClassifier(15, random_state=0)),
        ("neighbours", _scaled(KNeighborsClassifier(4, weights="distance"))),
        ("bayes", _scaled(GaussianNB(var_smoothing=0.1))),
    ]


def _voted(members, X_train, y_train, X_val, y_val, best=max):
    voter = VotingClassifier(members).fit(X_train, y_train)
    models = dict(voter.named_estimators_)
    scores = {name: float(model.score(X_val, y_val)) for name, model in models.items()}
    for voting in ("hard", "soft"):
        scores[voting] = float(voter.set_params(voting=voting).score(X_val, y_val))
    voting = best(("soft", "hard"), key=scores.get)
    return {"models": models, "voter": voter.set_params(voting=voting), "val_scores": scores, "voting": voting}


@mutant("p.06.8", replaces="split_digits", fails="test_parts_have_no_row_in_common")
def draws_each_part_anew(X, y, sizes, seed=42):
    """Each part is drawn from all rows, so that rows turn up in several: draw one order of all rows and cut it."""
    rng = np.random.default_rng(seed)
    parts = [rng.permutation(len(X))[:size] for size in sizes]
    return [(X[rows], y[rows]) for rows in parts]


@mutant("p.06.8", replaces="split_digits", fails="test_parts_have_no_row_in_common")
def shuffles_rows_without_labels(X, y, sizes, seed=42):
    """You shuffle the images and leave the labels in their old order: use the same order for both."""
    order = np.random.default_rng(seed).permutation(len(X))
    ends = np.cumsum([0, *sizes])
    return [(X[order[a:b]], y[a:b]) for a, b in pairwise(ends)]


@mutant("p.06.8", replaces="split_digits", fails="test_parts_are_drawn_at_random")
def cuts_in_row_order(X, y, sizes, seed=42):
    """You cut the rows in the order in which they come: sorted by digit, a part has only some of the digits."""
    ends = np.cumsum([0, *sizes])
    return [(X[a:b], y[a:b]) for a, b in pairwise(ends)]


@mutant("p.06.8", replaces="build_voter", fails="test_members_differ")
def same_model_three_times(X_train, y_train, X_val, y_val):
    """Your models are copies of each other, seed and all: they make the same mistakes, and the vote changes nothing."""
    members = [(f"trees {n}", ExtraTreesClassifier(10, random_state=0)) for n in range(3)]
    return _voted(members, X_train, y_train, X_val, y_val)


@naive("p.06.8", replaces="build_voter", fails="test_vote_keeps_up_with_its_best_member")
def outvoted_by_weak_members(X_train, y_train, X_val, y_val):
    """Several poor members outvote the good one: leave out those that make the vote worse, or give them less weight."""
    weak = [
        (f"tree {n}", DecisionTreeClassifier(max_leaf_nodes=8 + n, splitter="random", random_state=n)) for n in range(4)
    ]
    return _voted([("trees", ExtraTreesClassifier(30, random_state=0)), ("bayes", GaussianNB()), *weak],
                  X_train, y_train, X_val, y_val)  # fmt: skip


@naive("p.06.8", replaces="build_voter", fails="test_vote_is_taken_among_the_models")
def best_member_alone(X_train, y_train, X_val, y_val):
    """Your voter is the best of your models alone: let all of them vote."""
    found = _voted(_quick(), X_train, y_train, X_val, y_val)
    best = max(found["models"], key=found["val_scores"].get)
    scores = {**found["val_scores"], "soft": found["val_scores"][best], "hard": 0.0}
    return {**found, "voter": found["models"][best], "val_scores": scores, "voting": "soft"}


@naive("p.06.8", replaces="build_voter", fails="test_vote_is_taken_among_the_models")
def stack_for_a_vote(X_train, y_train, X_val, y_val):
    """You hand in a stack: a blender that learns whom to trust is the next exercise. A vote learns nothing more."""
    stack = StackingClassifier(_quick(), final_estimator=LogisticRegression(max_iter=300), cv=3).fit(X_train, y_train)
    models = dict(stack.named_estimators_)
    scores = {name: float(model.score(X_val, y_val)) for name, model in models.items()}
    scores |= {"hard": 0.0, "soft": float(stack.score(X_val, y_val))}
    return {"models": models, "voter": stack, "val_scores": scores, "voting": "soft"}


@naive("p.06.8", replaces="build_voter", fails="test_better_way_to_vote_is_kept")
def always_soft(X_train, y_train, X_val, y_val):
    """You always vote softly: let the validation rows tell which way is the better one."""
    return _voted(_quick(), X_train, y_train, X_val, y_val, best=lambda ways, key: "soft")


@mutant("p.06.8", replaces="build_voter", fails="test_validation_rows_are_not_learned")
def learns_all_rows(X_train, y_train, X_val, y_val):
    """You fit to the validation rows as well, so that the scores on them say nothing: these rows are for choosing."""
    return _voted(_quick(), np.concatenate([X_train, X_val]), np.concatenate([y_train, y_val]), X_val, y_val)


@mutant("p.06.8", replaces="build_voter", fails="test_scores_are_of_the_validation_rows")
def scores_on_training_rows(X_train, y_train, X_val, y_val):
    """You score on the training rows, which some models know by heart: score on the validation rows."""
    return _voted(_quick(), X_train, y_train, X_train, y_train)


@mutant("p.06.8", replaces="build_voter", fails="test_better_way_to_vote_is_kept")
def keeps_the_worse(X_train, y_train, X_val, y_val):
    """You keep the way to vote with the lower score."""
    return _voted(_quick(), X_train, y_train, X_val, y_val, best=min)


@mutant("p.06.8", replaces="build_voter", fails="test_better_way_to_vote_is_kept")
def tries_one_way_only(X_train, y_train, X_val, y_val):
    """You try only one way to vote: score both, `"hard"` and `"soft"`, and compare."""
    voter = VotingClassifier(_quick()).fit(X_train, y_train)
    models = dict(voter.named_estimators_)
    scores = {name: float(model.score(X_val, y_val)) for name, model in [*models.items(), ("hard", voter)]}
    return {"models": models, "voter": voter, "val_scores": scores, "voting": "hard"}


@mutant("p.06.8", replaces="build_voter", fails="test_both_ways_to_vote_are_scored")
def one_vote_under_two_names(X_train, y_train, X_val, y_val):
    """Both of your scores are those of one and the same vote: a `VotingClassifier` votes hard until it is told
    `voting="soft"`."""
    voter = VotingClassifier(_quick()).fit(X_train, y_train)
    models = dict(voter.named_estimators_)
    scores = {name: float(model.score(X_val, y_val)) for name, model in models.items()}
    scores |= {voting: float(voter.score(X_val, y_val)) for voting in ("hard", "soft")}
    return {"models": models, "voter": voter, "val_scores": scores, "voting": "hard"}


@mutant("p.06.8", replaces="build_voter", fails="test_vote_is_taken_among_the_models")
def names_changed_over(X_train, y_train, X_val, y_val):
    """You call the soft vote hard, and the hard one soft: a hard vote counts classes, a soft one averages
    probabilities."""
    other = {"hard": "soft", "soft": "hard"}
    found = _voted(_quick(), X_train, y_train, X_val, y_val)
    scores = {other.get(name, name): score for name, score in found["val_scores"].items()}
    return {**found, "val_scores": scores, "voting": other[found["voting"]]}


@mutant("p.06.8", replaces="build_voter", fails="test_vote_reads_a_made_up_script")
def no_probabilities(X_train, y_train, X_val, y_val):
    """A soft vote needs `predict_proba` of every member, and `SVC` has none: wrap it in a CalibratedClassifierCV."""
    return _voted([*_quick(), ("svc", _scaled(SVC()))], X_train, y_train, X_val, y_val)


@mutant("p.06.8", replaces="build_voter", fails="test_vote_reads_a_made_up_script")
def trains_on_a_part(X_train, y_train, X_val, y_val):
    """Your models are trained on a part of the training rows: all of them are there to be learned from."""
    return _voted(_quick(), X_train[::5], y_train[::5], X_val, y_val)


@mutant("p.06.8", replaces="build_voter", fails="test_vote_reads_a_made_up_script")
def neighbours_for_a_vote(X_train, y_train, X_val, y_val):
    """Your voter is k-NN as it comes, which is one of your models and no vote: let all of them have a say."""
    found = _voted(_quick(), X_train, y_train, X_val, y_val)
    alone = KNeighborsClassifier().fit(X_train, y_train)
    models, score = {**found["models"], "k-NN": alone}, float(alone.score(X_val, y_val))
    return {**found, "models": models, "voter": alone, "val_scores": {**found["val_scores"], "k-NN": score}}


@naive("p.06.8", replaces="build_voter", fails="test_vote_reads_a_made_up_script")
def what_comes_to_mind(X_train, y_train, X_val, y_val):
    """Your members are the first three classifiers that come to mind, and two of them read badly: see how good each is
    by itself before it gets a vote."""
    members = [
        ("bayes", GaussianNB()),
        ("tree", DecisionTreeClassifier(random_state=0)),
        ("linear", _scaled(LogisticRegression(max_iter=100))),
    ]
    return _voted(members, X_train, y_train, X_val, y_val)


@naive("p.06.8", replaces="build_voter", fails="test_vote_reads_a_made_up_script")
def three_single_trees(X_train, y_train, X_val, y_val):
    """Your members are single trees, which read badly, and a vote of three is not enough to mend that: take forests,
    neighbours, networks or kernel machines."""
    members = [(f"tree {n}", DecisionTreeClassifier(max_features=0.3, random_state=n)) for n in range(3)]
    return _voted(members, X_train, y_train, X_val, y_val)


# ---------------------------------------------------------------- p.06.8, right


def _split_twice(X, y, sizes, seed=42):
    """`train_test_split`, as often as needed; stratified where there is a rest."""
    parts, spare = [], (X, y)
    for size in sizes:
        if size == len(spare[0]):
            return [*parts, spare]
        X_part, X_rest, y_part, y_rest = train_test_split(*spare, train_size=size, random_state=seed)
        parts.append((X_part, y_part))
        spare = (X_rest, y_rest)
    return parts


@alternative("p.06.8", replaces="build_voter", also={"split_digits": _split_twice})
def weighted_vote(X_train, y_train, X_val, y_val):
    """A kernel machine with calibrated probabilities, a forest and neighbours; the better ones count for more."""
    members = [
        ("svc", _scaled(CalibratedClassifierCV(SVC(C=5), cv=3, ensemble=False))),
        ("forest", RandomForestClassifier(80, random_state=3)),
        ("neighbours", _scaled(KNeighborsClassifier(3))),
    ]
    models = {name: model.fit(X_train, y_train) for name, model in members}
    scores = {name: float(np.mean(model.predict(X_val) == y_val)) for name, model in models.items()}
    frozen = [(name, FrozenEstimator(model)) for name, model in models.items()]
    weights = [3, 2, 1]
    voters = {
        way: VotingClassifier(frozen, voting=way, weights=weights).fit(X_train, y_train) for way in ("hard", "soft")
    }
    ways = {way: float(voter.score(X_val, y_val)) for way, voter in voters.items()}
    best = max(ways, key=ways.get)
    return {"models": models, "voter": voters[best], "val_scores": {**scores, **ways}, "voting": best}


@alternative("p.06.8", replaces="build_voter")
def vote_by_hand(X_train, y_train, X_val, y_val):
    """No VotingClassifier: closures; four members; numpy's numbers for scores."""
    models = {name: model.fit(X_train, y_train) for name, model in _three()}
    models["logistic"] = _scaled(LogisticRegression(C=0.1, max_iter=60)).fit(X_train, y_train)

    def soft(X):
        return np.mean([model.predict_proba(X) for model in models.values()], axis=0).argmax(axis=1)

    def hard(X):
        return np.sum([np.eye(10)[model.predict(X)] for model in models.values()], axis=0).argmax(axis=1)

    scores = {name: np.mean(model.predict(X_val) == y_val) for name, model in models.items()}
    scores |= {"hard": np.mean(hard(X_val) == y_val), "soft": np.mean(soft(X_val) == y_val)}
    voting, vote = ("hard", hard) if scores["hard"] > scores["soft"] else ("soft", soft)
    return {"models": models, "voter": SimpleNamespace(predict=vote), "val_scores": scores, "voting": voting}


@alternative("p.06.8", replaces="build_voter")
def two_forests_and_a_net(X_train, y_train, X_val, y_val):
    """Two kinds of forest and a network, all as they come."""
    members = [
        ("forest", RandomForestClassifier(100, random_state=42)),
        ("extra trees", ExtraTreesClassifier(100, random_state=42)),
        ("net", _scaled(MLPClassifier(random_state=42))),
    ]
    return _voted(members, X_train, y_train, X_val, y_val)


def _by_sorting(X, y, sizes, seed=0):
    """Random numbers, sorted; a tuple of lists."""
    rows = np.argsort(np.random.RandomState(seed).rand(len(y)))
    ends = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    return tuple([X[rows[a:b]], y[rows[a:b]]] for a, b in pairwise(ends))


@alternative("p.06.8", replaces="build_voter", also={"split_digits": _by_sorting})
def trees_and_neighbours_of_two_kinds(X_train, y_train, X_val, y_val):
    """Members as a plain VotingClassifier has them, trained once for each way."""
    members = [*_three(), ("few neighbours", _scaled(KNeighborsClassifier(1)))]
    ways = {way: VotingClassifier(members, voting=way).fit(X_train, y_train) for way in ("soft", "hard")}
    models = dict(zip([name for name, _ in members], ways["soft"].estimators_, strict=True))
    scores = {name: model.score(X_val, y_val) for name, model in [*models.items(), *ways.items()]}
    best = max(ways, key=scores.get)
    return {"models": models, "voter": ways[best], "val_scores": scores, "voting": best}
