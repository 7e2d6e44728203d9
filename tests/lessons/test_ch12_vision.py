"""What a picture or a figure of chapter 12 is there to show is true, with our answers, and with real data if any."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.data_mirror import needs_mirror
from tests.support.shown import heights, shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch12_vision"


def test_dense_layers_grow_with_the_picture_and_convolutions_do_not() -> None:
    dense, conv = heights(shown(CHAPTER, "counts = np.array(")["plt"].gca()).values()
    assert len(set(conv)) == 1
    assert dense[-1] > 1e12 > 1e9 > conv[-1]


def test_strides_and_dilation_widen_what_is_seen() -> None:
    names = shown(CHAPTER, "receptive_field(")
    plain, *wide = (curve[-1] for curve in heights(names["plt"].gca()).values())
    assert plain == 21
    assert min(wide) > 2 * plain
    assert names["costs"]["parameters"] == 903_400


def test_coarser_squares_lose_more() -> None:
    assert np.all(np.diff(shown(CHAPTER, "detail_lost(")["lost"].mean(axis=0)) > 0)


def test_suppression_raises_the_average_precision() -> None:
    names = shown(CHAPTER, "kept = np.asarray(nms(")
    before, after = (float(axis.get_title().split()[-1]) for axis in names["axes"])
    assert after > before + 0.1
    assert len(names["kept"]) < len(names["boxes"]) / 3


@pytest.mark.full
class TestTraining:
    def test_rings_are_found(self) -> None:
        names = shown(CHAPTER, "fit_detector(")
        precision = names["average_precision"]
        assert precision(names["found"], names["true"]) > 0.8
        assert precision(names["found"], names["true"]) > precision(names["found"], names["true"], threshold=0.8)

    def test_digits_are_read_and_some_are_confused(self) -> None:
        names = shown(CHAPTER, "confusion = np.zeros(")
        assert np.mean(names["found"] == names["wanted"]) > 0.9
        assert names["mistakes"].sum() > 0

    def test_more_style_is_nearer_to_the_style_and_farther_from_the_content(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shown(CHAPTER, "transfer_style(")
        lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("weight")]
        content, style = ([float(line[n].rstrip(",")) for line in lines] for n in (4, 7))
        assert content == sorted(content)
        assert style == sorted(style, reverse=True)

    def test_each_map_responds_more_to_its_dream(self) -> None:
        assert min(shown(CHAPTER, "dream(network, noise")["gains"].values()) > 0


@needs_mirror
@pytest.mark.full
def test_a_taken_over_backbone_beats_a_random_one_on_real_flowers(capsys: pytest.CaptureFixture[str]) -> None:
    shown(CHAPTER, "tested(model)")
    lines = [line for line in capsys.readouterr().out.splitlines() if "tested:" in line]
    assert float(lines[2].split()[-1].rstrip("%")) > float(lines[0].split()[-1].rstrip("%")) + 5
