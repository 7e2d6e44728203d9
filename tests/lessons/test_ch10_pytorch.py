"""What a picture or a figure of chapter 10's notebook is there to show is true, with our answers."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tests.support.data_mirror import needs_mirror
from tests.support.shown import shown

CHAPTER = "ch10_pytorch"
pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


def heights() -> dict[str, np.ndarray]:
    """The curves of the picture that was drawn last, by their labels."""
    return {str(line.get_label()): np.asarray(line.get_ydata(), dtype=float) for line in plt.gca().get_lines()}


def test_more_workers_help_until_the_gpu_is_what_takes_the_time() -> None:
    shown(CHAPTER, "epoch_seconds(200")
    curves = {label: seconds for label, seconds in heights().items() if "ms" in label}
    for label, seconds in curves.items():
        enough = int(label.split()[0]) // 10  # workers that load as fast as the GPU computes
        assert np.all(np.diff(seconds[1 : enough + 1]) < -0.25)
        assert np.allclose(seconds[enough:], 2.0, atol=0.1)


def test_dropout_is_random_in_training_mode_only(capsys: pytest.CaptureFixture[str]) -> None:
    names = shown(CHAPTER, "predict(network, row)")
    assert len(set(names["said"])) == 1
    assert len(set(names["random"])) > 500
    assert abs(np.mean(names["random"]) - names["said"][0]) < 0.1 * np.std(names["random"]) + 0.02


def test_both_ways_to_a_gradient_agree() -> None:
    names = shown(CHAPTER, "contourf(")
    assert np.abs(names["arrows"] - names["by_paper"]).max() < 1e-9


def test_with_normalisation_the_signal_does_not_die_out() -> None:
    spread = shown(CHAPTER, "MyLayerNorm(50)")["spread"]
    assert np.all(np.diff(spread["without"]) < 0)
    assert spread["without"][-1] < 1e-3
    assert min(spread["with"]) > 0.2


@needs_mirror
@pytest.mark.full
class TestRealData:
    def test_elevation_tells_types_apart_and_scales_differ(self) -> None:
        cover = shown(CHAPTER, "histtype=")["cover"]
        means = [cover.X[cover.y == kind, 0].mean() for kind in range(1, 8)]
        assert max(means) - min(means) > 1000
        spreads = cover.X[:, :10].std(axis=0)
        assert spreads.max() > 100 * spreads.min()

    def test_a_network_knows_more_than_the_usual_type(self) -> None:
        names = shown(CHAPTER, "CoverMLP(n_hidden=64)")
        assert np.mean(names["found"] == names["truth"]) > names["usual"] + 0.2
        assert names["history"]["valid_loss"][-1] < names["history"]["valid_loss"][0]

    def test_running_means_begin_anew(self) -> None:
        history = shown(CHAPTER, "clothes = load(")["history"]
        running, n = np.array(history["loss"]), len(history["loss"]) // 8
        assert np.all(running[n - 1 :: n][1:] < running[n - 1 :: n][:-1])
        assert history["valid_accuracy"][-1] > 0.75
