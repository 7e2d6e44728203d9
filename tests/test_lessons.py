"""What a picture or a figure of a notebook is there to show is true, with our answers, and with real data if any."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from course.datasets import load
from tests.support.data_mirror import needs_mirror
from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


def heights(axis) -> dict[str, np.ndarray]:
    """The curves of a picture, by their labels."""
    return {line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in axis.get_lines()}


def marked(axis) -> float:
    """Where the dashed line stands."""
    (line,) = [line for line in axis.get_lines() if line.get_linestyle() == "--"]
    return float(line.get_xdata()[0])


# ---------------------------------------------------------------- without data, or with those that libraries bring


def test_elbow_and_silhouette_say_what_the_eye_says() -> None:
    axes = shown("ch08_unsupervised", "elbow(")["axes"]
    assert [[marked(axis) for axis in line[1:]] for line in axes] == [[4, 4], [5, 5]]


def test_dbscan_follows_both_moons_and_k_means_cuts_them() -> None:
    names = shown("ch08_unsupervised", "DBSCAN(")
    moon, found = names["_"], names["found"]
    clusters = [set(moon[found == cluster]) for cluster in range(found.max() + 1)]
    assert sorted(map(tuple, clusters)) == [(0,), (1,)]
    assert np.mean(found < 0) < 0.05
    halves = np.asarray(names["axes"][2].collections[0].get_array())
    assert 0.1 < np.mean(halves == moon) < 0.9


def test_the_inner_half_is_labelled_more_safely_and_taught_by_it_a_model_reads_more() -> None:
    found = shown("ch08_unsupervised", "propagate(")["found"]
    drawn, asked, whole, half = (np.mean(figures, axis=0) for figures in found.values())
    assert half[0] > whole[0] + 0.03  # labels that are right
    assert half[1] > whole[1] + 0.005
    assert whole[1] > asked[1] + 0.02
    assert asked[1] > drawn[1] + 0.1


def test_asking_where_it_is_least_sure_beats_chance() -> None:
    names = shown("ch08_unsupervised", "query(")
    curves = heights(names["plt"].gca())
    assert np.all(curves["least sure"][1:] > curves["chance"][1:])


def test_bic_finds_three_groups_where_the_likelihood_never_stops_rising() -> None:
    names = shown("ch08_unsupervised", "bic(")
    assert names["ks"][int(np.argmin(names["criteria"]))] == 3
    assert np.all(np.diff(names["log_likelihoods"]) > 0)


def test_pca_lays_the_layers_of_a_roll_on_each_other_and_lle_does_not() -> None:
    names = shown("ch07_dim_reduction", "make_swiss_roll(")
    mixed = []
    for axis in names["axes"]:
        Z = np.asarray(axis.collections[0].get_offsets())
        Z = (Z - Z.mean(axis=0)) / Z.std(axis=0)
        near = NearestNeighbors(n_neighbors=10).fit(Z).kneighbors(return_distance=False)
        mixed.append(np.abs(names["along"][near] - names["along"][:, None]).mean())
    assert mixed[0] > 4 * mixed[1]


def test_far_and_near_lose_their_meaning() -> None:
    assert np.all(np.diff(shown("ch07_dim_reduction", "contrast(")["typical"]) < 0)


def test_the_validation_error_rises_where_the_training_error_goes_on_falling() -> None:
    degree, penalty, rows = (heights(axis) for axis in shown("ch04_training_models", "sweeps = [")["axes"])
    for curves in (degree, penalty):
        best = int(np.argmin(curves["validation"]))
        assert 0 < best < len(curves["validation"]) - 1
        assert min(curves["validation"][[0, -1]]) > curves["validation"][best] + 0.5
    assert np.all(np.diff(degree["training"]) < 0.01)
    gaps = rows["validation"] - rows["training"]
    assert gaps[-1] < gaps[0] / 10


def test_training_stops_by_itself_at_its_best() -> None:
    model = shown("ch04_training_models", "load_iris(")["model"]
    assert len(model.losses_) < model.max_epochs
    assert np.argmin(model.losses_) == len(model.losses_) - 1 - model.patience


def test_patience_saves_what_training_on_would_lose() -> None:
    curves = heights(shown("ch04_training_models", "(1000, ")["plt"].gca())
    assert curves["patience 1000"][-1] > 1.5 * curves["patience 1000"].min()
    assert curves["patience 20"].min() == curves["patience 1000"].min()
    assert len(curves["patience 20"]) < 100


def test_three_runs_three_pieces_of_advice() -> None:
    axes = shown("ch04_training_models", "what_to_do(")["axes"]
    assert [axis.get_title() for axis in axes] == ["go on", "stop", "lower the rate"]


def test_a_deep_tree_is_perfect_on_its_rows_and_worse_on_others() -> None:
    curves = heights(shown("ch05_trees", "predict_to_depth(")["plt"].gca())
    assert curves["training rows"][-1] == 1
    assert curves["other rows"].max() > curves["other rows"][-1] + 0.02


def test_low_gamma_and_low_c_underfit() -> None:
    table = np.array(shown("svm_support_vectors", "training_accuracies(")["table"])
    assert table[0, 0] == table.min() < table[0, -1] < table[-1, -1]
    assert table[0, 0] < table[-1, 0]


# ---------------------------------------------------------------- with real data


@needs_mirror
@pytest.mark.full
class TestRealData:
    def test_a_bent_regression_beats_a_straight_one(self) -> None:
        tried = shown("ch02_end_to_end", "tune_svr(")["tried"]
        best = tried.groupby("kernel")["rmse"].min()
        assert best["rbf"] < 0.95 * best["linear"]

    def test_the_income_around_helps_a_linear_model(self, capsys: pytest.CaptureFixture[str]) -> None:
        shown("ch02_end_to_end", "FeatureFromRegressor(")
        lines = [line for line in capsys.readouterr().out.splitlines() if "neighbours:" in line]
        errors = [float(line.split()[-2].replace(",", "")) for line in lines]  # of 1, 10, 100, 1,600 neighbours
        assert errors[1] < min(errors[0], errors[2], errors[3] - 1_000)

    def test_moved_copies_help_at_every_size(self) -> None:
        scores = shown("ch03_classification", "augment(")["scores"]
        assert np.all(np.array(scores["augmented"]) > scores["as they are"])

    def test_a_model_beats_women_only(self) -> None:
        gains = shown("ch03_classification", "fit_titanic(")["gains"]
        assert np.mean(gains) > 0.02

    def test_a_vote_beats_the_trees_in_it_and_a_tuned_tree(self) -> None:
        names = shown("ch05_trees", "grow_forest(")
        assert names["together"] > names["alone"].max()
        vote = names["forest_accuracy"](names["trees"], names["X_new"], names["y_new"])[1]
        assert vote > names["found"]["tree"].score(names["X_new"], names["y_new"])

    @pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # its 15 rounds are enough
    def test_a_vote_beats_its_best_member_and_a_stack_the_blender(self) -> None:
        from solutions.ch06_ensembles.blender import fit_blender, fit_stacking, stack_predict
        from solutions.ch06_ensembles.vote import build_voter, split_digits

        mnist = load("mnist")
        X, y = np.concatenate([mnist.X_train, mnist.X_test]), np.concatenate([mnist.y_train, mnist.y_test])
        train, val, (X_test, y_test) = split_digits(X, y, (5_000, 2_000, 5_000))  # as in the chapter's cells
        found = build_voter(*train, *val)
        models, scores = list(found["models"].values()), found["val_scores"]
        assert scores[found["voting"]] > max(scores[name] for name in found["models"])
        vote = np.mean(found["voter"].predict(X_test) == y_test)
        assert vote > max(np.mean(model.predict(X_test) == y_test) for model in models)

        blended = np.mean(stack_predict(models, fit_blender(models, *train, *val), X_test) == y_test)
        stack = fit_stacking(*(np.concatenate(parts) for parts in zip(train, val, strict=True)))
        assert np.mean(stack.predict(X_test) == y_test) > blended >= vote

    def test_pca_helps_the_linear_model_and_not_the_forest(self) -> None:
        accuracy = shown("ch07_dim_reduction", "compare_pca(")["table"]["accuracy"]
        assert accuracy["rf"] > accuracy["rf+pca"]
        assert accuracy["sgd+pca"] > accuracy["sgd"]

    def test_a_map_by_t_sne_keeps_digits_together(self) -> None:
        names = shown("ch07_dim_reduction", "embed(")
        together = {}
        for method, Z in {"tsne": names["Z"], "pca": names["embed"](names["X"], "pca")}.items():
            near = NearestNeighbors(n_neighbors=5).fit(Z).kneighbors(return_distance=False)
            together[method] = np.mean(names["y"][near] == names["y"][:, None])
        assert together["tsne"] > together["pca"] + 0.2

    def test_distances_are_worth_less_than_pixels(self) -> None:
        found = shown("ch08_unsupervised", "search_k(")["found"]
        assert found["plain"] > max(found["appended"], *found["scores"].values())

    def test_the_mixture_finds_each_altered_face_less_normal(self) -> None:
        names = shown("ch08_unsupervised", "fit_mixture(")
        usual, *others = (
            np.median(names["face_scores"](names["pca"], names["mixture"], rows)) for rows in names["altered"].values()
        )
        assert max(others) < usual - 1_000

    def test_reconstruction_finds_turned_faces_and_misses_dark_ones(self) -> None:
        names = shown("ch08_unsupervised", "find_odd_faces(")
        odd = {
            name: np.mean(names["find_odd_faces"](names["X_train"], names["X_val"], rows))
            for name, rows in names["altered"].items()
        }
        assert min(odd["upside down"], odd["on its side"]) > 0.9
        assert odd["dark"] < 0.1

    def test_a_forecast_beats_last_week_and_most_of_all_tomorrow(self) -> None:
        names = shown("ch13_sequences", "fit_forecaster(")
        ours, last = (np.abs(names[said] - names["came"]).mean(axis=0) for said in ("ahead", "again"))  # (14, 2)
        assert np.all(ours.mean(axis=0) < 0.9 * last.mean(axis=0))
        assert ours[0].mean() < 0.75 * last[0].mean()
        assert ours[7:].mean() > 1.2 * ours[0].mean()

    def test_a_net_predicts_more_notes_than_repeating_does(self) -> None:
        names = shown("ch13_sequences", "fit_chorales(")
        assert names["guessed"] > names["repeated"] + 0.02
        assert names["moved"] > 0.2

    def test_more_sketches_teach_more(self, capsys: pytest.CaptureFixture[str]) -> None:
        names = shown("ch13_sequences", "fit_sketches(")
        assert names["n"] >= 300
        lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("trained on")]
        few, all_of_them = (float(line.split()[3].rstrip("%")) for line in lines)
        assert all_of_them > few + 5 > 100 / len(names["words"]) + 15

    def test_words_of_other_recordings_are_understood(self) -> None:
        names = shown("ch13_sequences", "fit_words(")
        said = names["name_words"](names["model"], names["words"], names["speech"].rate)
        assert np.mean(said == names["labels"]) > 0.9

    def test_a_kernel_knows_prices_better_than_a_line(self) -> None:
        names = shown("svm_support_vectors", "fit_svr(")
        errors = [float(axis.get_title().split()[-1]) for axis in names["axes"]]
        assert errors[1] < 0.9 * errors[0]

    def test_two_thousand_digits_are_enough_for_nine_in_ten(self) -> None:
        names = shown("svm_support_vectors", "fit_svm(")
        right = np.mean(names["labels"] == names["y_test"])
        mnist, rows = names["mnist"], names["rows"]
        neighbours = KNeighborsClassifier().fit(mnist.X_train[rows], mnist.y_train[rows])
        assert right > max(0.9, neighbours.score(names["X_test"], names["y_test"]))
