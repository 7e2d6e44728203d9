"""Hidden checks of chapter 12: boxes, and a detector (p.12.10)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch12_vision.inputs_shapes import KINDS, SIDE, boxes, overlap, scored, shapes
from autograder.testing import check
from autograder.testing.modules import repeats

# ---------------------------------------------------------------- boxes


@check(
    "p.12.10",
    core=True,
    hint="What two boxes share has the larger of the lefts, and the smaller of the rights. And if they don't touch?",
)
def test_overlap_of_boxes(student, rng):
    """For each pair of boxes the overlap is right: for boxes that are apart, inside one another, or without an area."""
    a = np.vstack([boxes(rng, 5), [[1, 1, 4, 1]], [[2, 2, 30, 30]]])
    b = np.vstack([boxes(rng, 6), a[:2], [[3, 3, 3, 3]], [[9, 0, 12, 40]]])
    found = np.asarray(student.iou(a, b), dtype=float)
    assert found.shape == (len(a), len(b))
    assert_allclose(found, [[overlap(one, other) for other in b] for one in a], atol=1e-5)


@check("p.12.10", hint="Shapes with a length of 0 broadcast like others, if you let them.")
def test_overlap_with_no_boxes(student, rng):
    """Where there are no boxes, the table has no rows, or no columns."""
    a, none = boxes(rng, 3), np.zeros((0, 4))
    assert np.asarray(student.iou(a, none)).shape == (3, 0)
    assert np.asarray(student.iou(none, a)).shape == (0, 3)


HALF = np.array([[0, 0, 2, 1], [0, 0, 1, 1]], dtype=float)  # whose overlap is one half


def _kept(boxes, scores, threshold):
    """By asking of each box, the best first, whether one that is kept is in its way."""
    kept = []
    for row in sorted(range(len(boxes)), key=lambda row: -scores[row]):
        if all(overlap(boxes[row], boxes[other]) <= threshold for other in kept):
            kept.append(row)
    return kept


@check(
    "p.12.10", core=True, weight=2, hint="A box that was dropped drops no other. In what order do the rows come out?"
)
def test_one_box_of_each_heap(student, rng):
    """The rows that are kept are the right ones, the one with the highest score first, for heaps of all kinds and
    several thresholds."""
    for n, threshold in ((40, 0.5), (30, 0.2), (25, float(rng.uniform(0.1, 0.8))), (1, 0.5)):
        some = boxes(rng, n)
        scores = rng.permutation(n) / n + 0.01
        found = np.asarray(student.nms(some, scores, threshold))
        assert found.ndim == 1
        assert found.tolist() == _kept(some, scores, threshold)
    chain = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]], dtype=float)  # the middle one overlaps both
    assert np.asarray(student.nms(chain, [0.9, 0.8, 0.7], 0.3)).tolist() == [0, 2]
    assert np.asarray(student.nms(HALF, [0.4, 0.6], 0.5)).tolist() == [1, 0]  # by no more than the threshold


@check("p.12.10", hint="What does your loop do when there is nothing left?")
def test_nothing_to_choose_from(student, rng):
    """Of no boxes, none is kept; the boxes that are given are left alone."""
    assert np.asarray(student.nms(np.zeros((0, 4)), np.zeros(0), 0.5)).shape == (0,)
    some = boxes(rng, 9)
    _, (after, *_) = student.watch_("nms", some, rng.permutation(9) / 9, 0.5)
    assert_array_equal(after, some)


def _guesses(rng, n: int):
    """Return boxes that were found in n pictures, and the true ones; some are missed, and some found twice."""
    truths = [boxes(rng, int(rng.integers(0, 4)), 40) for _ in range(n)]
    truths[0] = boxes(rng, 3, 40)
    found = []
    for some in truths:
        near = np.repeat(some, 2, axis=0)[rng.random(2 * len(some)) < 0.7]
        near = near + rng.normal(0, 0.5, near.shape)
        far = boxes(rng, int(rng.integers(0, 3)), 40)
        found.append(np.concatenate([near, far]))
    scores = rng.permutation(sum(map(len, found))) / 100 + 0.01
    return list(zip(found, np.split(scores, np.cumsum([len(some) for some in found])[:-1]), strict=True)), truths


def _close(rng):
    """Yield what was found where two true boxes overlap, in both orders."""
    at = np.tile(rng.integers(0, 30, 2), 2)
    one, other, between, beyond = (np.array([x, 0, x + 10, 10]) + at for x in (0, 3, 1, 4))
    scores = np.array([0.9, 0.8])
    for some in (np.stack([one, between]), np.stack([between, beyond])):
        for order in ([0, 1], [1, 0]):
            yield [(some, scores)], [np.stack([one, other])[order]]


@check(
    "p.12.10",
    core=True,
    weight=2,
    hint="All pictures' boxes in one order. Is a true box found twice? And what counts at each recall is the "
    "best precision from there on.",
)
def test_average_precision(student, rng):
    """The average precision is right, over pictures with and without anything in them, for several thresholds."""
    figures = []
    for threshold in (0.5, 0.5, 0.75, 0.3, float(rng.uniform(0.4, 0.7))):
        found, truths = _guesses(rng, int(rng.integers(3, 8)))
        figures.append((student.average_precision(found, truths, threshold), scored(found, truths, threshold)))
    for found, truths in _close(rng):
        figures.append((student.average_precision(found, truths, 0.5), scored(found, truths)))
    found, wanted = np.transpose(np.asarray(figures, dtype=float))
    assert_allclose(found, wanted, atol=1e-6)


@check("p.12.10", hint="A picture in which nothing was found has boxes all the same: none.")
def test_average_precision_at_its_ends(student, rng):
    """It is 1 where all is found and nothing else, and 0 where nothing is found or nothing is right."""
    truths = [boxes(rng, 3, 60), np.zeros((0, 4)), boxes(rng, 2, 60)]
    none = (np.zeros((0, 4)), np.zeros(0))
    exact = [(some, rng.permutation(len(some)) + n / 10 + 0.01) for n, some in enumerate(truths)]
    wrong = [(some + 500, scores) for some, scores in exact]
    for found, wanted in ((exact, 1.0), ([none] * 3, 0.0), (wrong, 0.0)):
        assert_allclose(float(student.average_precision(found, truths, 0.5)), wanted, atol=1e-6)


# ---------------------------------------------------------------- the detector


def _found(student, model, images, *at_least):
    """Return what is found, for each picture (k, 4) and (k,)."""
    found = student.detect(model, images, *at_least)
    assert len(found) == len(images)
    pairs = []
    for some, scores in found:
        some, scores = np.asarray(some, dtype=float), np.asarray(scores, dtype=float)
        some = some.reshape(0, 4) if not some.size else some  # an empty list has no width
        assert some.shape == (len(scores), 4)
        assert np.isfinite(some).all()
        assert np.all((scores >= 0) & (scores <= 1))
        pairs.append((some, scores))
    return pairs


@check(
    "p.12.10",
    core=True,
    weight=5,
    hint="Draw what it has found on a picture: are the boxes in the right places, of the right size, and only "
    "round what is wanted?",
)
def test_detector_finds_what_is_wanted(student, rng):
    """Trained on 300 pictures of shapes, of which one kind is wanted, the detector has an average precision of at least
    0.8 on others."""
    wanted = str(rng.choice(KINDS[1:]))  # discs have the most ink: who finds what is bright would find them first
    train, test = shapes(rng, wanted, 300), shapes(rng, wanted, 150)
    model = student.fit_detector(train.images, train.boxes, 250, int(rng.integers(1_000)))
    found = _found(student, model, test.images)
    assert scored(found, test.boxes) >= 0.8  # right ones reach 0.96, what is bright 0.61 at best


@check("p.12.10", hint="Which cells are near the same thing? `nms` is there for that.")
def test_boxes_are_told_apart(student, rng):
    """In no picture do two boxes overlap by more than one half, and none is found twice because of that."""
    train = shapes(rng, KINDS[0], 120)
    model = student.fit_detector(train.images, train.boxes, 60, 1)
    found = _found(student, model, train.images[:30], 0.0)  # also of a network that is not sure yet
    assert sum(len(some) for some, _ in found) > 20
    for some, _ in found:
        for row, box in enumerate(some):
            assert all(overlap(box, other) <= 0.5 + 1e-4 for other in some[:row])


@check("p.12.10", hint="Which boxes does `at_least` leave out?")
def test_unlikely_boxes_are_left_out(student, rng):
    """Of all boxes that are found, those remain whose scores are as high as is asked for."""
    train = shapes(rng, KINDS[3], 60)
    model = student.fit_detector(train.images, train.boxes, 25, 1)
    everything = np.sort(np.concatenate([scores for _, scores in _found(student, model, train.images[:8], 0.0)]))
    assert len(everything) >= 4
    for part in (everything[: len(everything) // 2], everything[len(everything) // 2 :]):
        gap = int(np.diff(part).argmax())
        limit = float(part[gap : gap + 2].mean())
        found = np.concatenate([scores for _, scores in _found(student, model, train.images[:8], limit)])
        assert_allclose(np.sort(found), everything[everything >= limit], atol=1e-5)


@check("p.12.10", hint="What do batch norm's layers do until `eval()` is called?")
def test_a_picture_alone_is_seen_as_among_others(student, rng):
    """What is found in a picture does not depend on the others that are asked about, also with a model that somebody
    has left in training mode."""
    train = shapes(rng, KINDS[1], 60)
    model = student.fit_detector(train.images, train.boxes, 25, 1)
    together = _found(student, model, train.images[:12])
    model.train(True)
    for row, (some, scores) in enumerate(together):
        ((alone, others),) = _found(student, model, train.images[row : row + 1])
        assert len(alone) == len(some)
        assert_allclose(np.sort(others), np.sort(scores), atol=1e-4)
        assert_allclose(alone.sum(axis=0), some.sum(axis=0), atol=1e-2)


@check("p.12.10", hint="`torch.manual_seed(seed)` before anything is drawn.")
def test_seed_decides_the_detector(student, rng):
    """The same seed trains the same detector, another seed another one."""
    train = shapes(rng, KINDS[2], 40)

    def run(seed):
        model = student.fit_detector(train.images, train.boxes, 3, seed)
        return [scores for _, scores in student.detect(model, train.images[:4] * 0 + 0.3, 0.0)]

    first, *_ = run(1)
    assert np.asarray(first).size > 0
    repeats(lambda seed: [float(np.sum(scores)) for scores in run(seed)], (1, 2))


@check("p.12.10", hint="Height comes before width in an array, and x before y in a box.")
def test_pictures_need_not_be_square(student, rng):
    """Where all things stand at the right of wide pictures, the boxes are found there, and not below the picture."""
    images, truths = np.full((64, SIDE, 2 * SIDE), 0.2, dtype=np.float32), []
    for image in images:
        left, top, size = int(rng.integers(34, 52)), int(rng.integers(0, 22)), int(rng.integers(8, 11))
        image[top : top + size, left : left + size] = 0.9
        truths.append(np.array([[left, top, left + size, top + size]], dtype=np.float32))
    model = student.fit_detector(images, truths, 90, 3)
    found = _found(student, model, images[:20], 0.0)
    best = [some[scores.argmax()] for some, scores in found if len(scores)]
    assert len(best) >= 15
    assert np.mean([(box[0] + box[2]) / 2 > SIDE and (box[1] + box[3]) / 2 < SIDE for box in best]) > 0.8
