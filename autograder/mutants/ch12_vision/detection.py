"""Wrong and right answers of chapter 12: boxes (p.12.10)."""

import numpy as np
import torch

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- overlaps


def _parts(a, b):
    a, b = (np.asarray(boxes, dtype=float).reshape(-1, 4) for boxes in (a, b))
    sides = np.minimum(a[:, None, 2:], b[:, 2:]) - np.maximum(a[:, None, :2], b[:, :2])
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b)]
    return sides, areas[0][:, None] + areas[1], np.minimum(areas[0][:, None], areas[1])


def _share(common, whole):
    return np.divide(common, whole, out=np.zeros_like(common), where=whole > 0)


def _iou(a, b):
    sides, areas, _ = _parts(a, b)
    common = np.clip(sides, 0, None).prod(axis=2)
    return _share(common, areas - common)


@mutant("p.12.10", replaces="iou", fails="test_overlap_of_boxes")
def boxes_that_are_apart(a, b):
    """Two boxes that are apart in both directions have negative sides in common, whose product is positive: cut them
    off at 0."""
    sides, areas, _ = _parts(a, b)
    common = sides.prod(axis=2)
    return _share(common, areas - common)


@mutant("p.12.10", replaces="iou", fails="test_overlap_of_boxes")
def common_counted_twice(a, b):
    """What two boxes have in common counts once in what they cover together."""
    sides, areas, _ = _parts(a, b)
    return _share(np.clip(sides, 0, None).prod(axis=2), areas)


@mutant("p.12.10", replaces="iou", fails="test_overlap_of_boxes")
def share_of_the_smaller(a, b):
    """You take the share of the smaller box: take that of what both cover together."""
    sides, _, smaller = _parts(a, b)
    return _share(np.clip(sides, 0, None).prod(axis=2), smaller)


@mutant("p.12.10", replaces="iou", fails="test_overlap_of_boxes")
def pixels_counted(a, b):
    """You add a pixel to each side: here a box from 2 to 5 is 3 wide."""
    a, b = (np.asarray(boxes, dtype=float).reshape(-1, 4) + np.array([0, 0, 1, 1]) for boxes in (a, b))
    return _iou(a, b)


@mutant("p.12.10", replaces="iou", fails="test_overlap_of_boxes")
def left_top_width_height(a, b):
    """Boxes are left, top, right, bottom: you read the last two as width and height."""
    a, b = (np.asarray(boxes, dtype=float).reshape(-1, 4).copy() for boxes in (a, b))
    for boxes in (a, b):
        boxes[:, 2:] += boxes[:, :2]
    return _iou(a, b)


@mutant("p.12.10", replaces="iou", fails="test_overlap_with_no_boxes")
def needs_a_box(a, b):
    """Without any box your table has a row all the same."""
    return _iou(a if len(a) else np.zeros((1, 4)), b if len(b) else np.zeros((1, 4)))


@alternative("p.12.10", replaces="iou")
def overlaps_with_tensors(a, b):
    """By tensors of single precision."""
    a, b = (torch.as_tensor(np.array(boxes), dtype=torch.float32).reshape(-1, 4) for boxes in (a, b))
    corner, end = torch.maximum(a[:, None, :2], b[None, :, :2]), torch.minimum(a[:, None, 2:], b[None, :, 2:])
    common = (end - corner).clamp(min=0).prod(-1)
    area = (a[:, 2:] - a[:, :2]).prod(-1)[:, None] + (b[:, 2:] - b[:, :2]).prod(-1)
    return torch.nan_to_num(common / (area - common))


@alternative("p.12.10", replaces="iou")
def divisor_never_zero(a, b):
    """Adds something tiny to what it divides by, which then is never 0."""
    sides, areas, _ = _parts(a, b)
    common = np.clip(sides, 0, None).prod(axis=2)
    return common / (areas - common + 1e-6)


@alternative("p.12.10", replaces="iou")
def box_by_box(a, b):
    """In loops."""
    table = np.zeros((len(a), len(b)))
    for i, (left, top, right, bottom) in enumerate(np.asarray(a, dtype=float)):
        for j, (x, y, xx, yy) in enumerate(np.asarray(b, dtype=float)):
            common = max(min(right, xx) - max(left, x), 0) * max(min(bottom, yy) - max(top, y), 0)
            both = (right - left) * (bottom - top) + (xx - x) * (yy - y) - common
            table[i, j] = common / both if both else 0
    return table


# ---------------------------------------------------------------- suppression


def _chosen(boxes, scores, threshold, *, best_first=True, dropped_drop=False, keep=lambda share, limit: share <= limit):
    overlaps = _iou(boxes, boxes)
    order = np.argsort(np.asarray(scores))[:: -1 if best_first else 1].tolist()
    kept, seen = [], []
    for row in order:
        if all(keep(overlaps[row, other], threshold) for other in (seen if dropped_drop else kept)):
            kept.append(row)
        seen.append(row)
    return kept


@mutant("p.12.10", replaces="nms", fails="test_one_box_of_each_heap")
def lowest_first(boxes, scores, threshold=0.5):
    """You begin with the lowest score: the best box of a heap is to be kept."""
    return np.array(_chosen(boxes, scores, threshold, best_first=False), dtype=int)


@mutant("p.12.10", replaces="nms", fails="test_one_box_of_each_heap")
def dropped_boxes_drop_others(boxes, scores, threshold=0.5):
    """A box that was dropped drops no other: compare with those that are kept only."""
    return np.array(_chosen(boxes, scores, threshold, dropped_drop=True), dtype=int)


@mutant("p.12.10", replaces="nms", fails="test_one_box_of_each_heap")
def rows_in_their_order(boxes, scores, threshold=0.5):
    """The right boxes, but not the best first."""
    return np.array(sorted(_chosen(boxes, scores, threshold)), dtype=int)


@mutant("p.12.10", replaces="nms", fails="test_one_box_of_each_heap")
def numbers_after_sorting(boxes, scores, threshold=0.5):
    """You return places in the sorted list: the rows' own numbers are asked for."""
    order = np.argsort(-np.asarray(scores))
    kept = _chosen(np.asarray(boxes)[order], np.asarray(scores)[order], threshold)
    return np.array(kept, dtype=int)


@mutant("p.12.10", replaces="nms", fails="test_one_box_of_each_heap")
def any_overlap(boxes, scores, threshold=0.5):
    """A box may overlap another one by as much as the threshold."""
    return np.array(_chosen(boxes, scores, 0.0), dtype=int)


@mutant("p.12.10", replaces="nms", fails="test_one_box_of_each_heap")
def dropped_at_the_threshold(boxes, scores, threshold=0.5):
    """A box that overlaps another one by just the threshold is kept: only by more than that it is dropped."""
    return np.array(_chosen(boxes, scores, threshold, keep=lambda share, limit: share < limit), dtype=int)


@mutant("p.12.10", replaces="nms", fails="test_nothing_to_choose_from")
def always_one(boxes, scores, threshold=0.5):
    """Of no boxes, none can be kept."""
    return np.array(_chosen(boxes, scores, threshold), dtype=int) if len(boxes) else np.array([0])


@alternative("p.12.10", replaces="nms")
def by_a_mask(boxes, scores, threshold=0.5):
    """Crosses out what overlaps, as a list."""
    overlaps, alive, kept = _iou(boxes, boxes), np.ones(len(boxes), dtype=bool), []
    for row in np.asarray(scores, dtype=float).argsort(kind="stable")[::-1]:
        if alive[row]:
            kept.append(int(row))
            alive &= overlaps[row] <= threshold
    return kept


# ---------------------------------------------------------------- average precision


def _marks(found, truths, threshold, *, again=False, together=True, best_of_all=False, choose=max):
    """Whether each box is right, the best first."""
    rows = [(-float(s), n, i) for n, (_, scores) in enumerate(found) for i, s in enumerate(scores)]
    rows = sorted(rows) if together else sorted(rows, key=lambda row: (row[1], row[0]))
    taken, right = set(), []
    for _, n, i in rows:
        shares = _iou([found[n][0][i]], truths[n])[0]
        fits = [(share, t) for t, share in enumerate(shares) if share >= threshold]
        fits = [max(fits)] if fits and best_of_all else fits
        fits = [(share, t) for share, t in fits if again or (n, t) not in taken]
        right.append(bool(fits))
        if fits:
            taken.add((n, choose(fits)[1]))
    return np.array(right, dtype=bool), sum(map(len, truths))


def _precision(right):
    return np.cumsum(right) / np.arange(1, len(right) + 1)


def _area(right, total, best=True):
    precision = _precision(right)
    if best and len(precision):
        precision = np.maximum.accumulate(precision[::-1])[::-1]
    return float(precision[right].sum() / total)


@mutant("p.12.10", replaces="average_precision", fails="test_average_precision")
def found_twice(found, truths, threshold=0.5):
    """A true box is found once: the second box that fits it is wrong."""
    right, total = _marks(found, truths, threshold, again=True)
    return _area(right, total)


@mutant("p.12.10", replaces="average_precision", fails="test_average_precision")
def nothing_but_the_best(found, truths, threshold=0.5):
    """Where the true box that it overlaps most is taken, a box may be right about another one that it fits."""
    return _area(*_marks(found, truths, threshold, best_of_all=True))


@mutant("p.12.10", replaces="average_precision", fails="test_average_precision")
def first_that_fits(found, truths, threshold=0.5):
    """You take the first true box that fits: a box is right about the one that it overlaps most."""
    return _area(*_marks(found, truths, threshold, choose=lambda fits: fits[0]))


@mutant("p.12.10", replaces="average_precision", fails="test_average_precision")
def picture_after_picture(found, truths, threshold=0.5):
    """You go through one picture after the other: the boxes of all of them stand in one order, by their scores."""
    return _area(*_marks(found, truths, threshold, together=False))


@mutant("p.12.10", replaces="average_precision", fails="test_average_precision")
def precision_as_it_is(found, truths, threshold=0.5):
    """You take the precision at each recall: take the best one at that recall or any higher one."""
    return _area(*_marks(found, truths, threshold), best=False)


@mutant("p.12.10", replaces="average_precision", fails="test_average_precision")
def share_of_right_boxes(found, truths, threshold=0.5):
    """That is the precision of all boxes; what is missed and the order of the scores don't count."""
    right, _ = _marks(found, truths, threshold)
    return float(right.mean()) if len(right) else 0.0


@mutant("p.12.10", replaces="average_precision", fails="test_average_precision")
def over_what_was_found(found, truths, threshold=0.5):
    """True boxes that are never found count as well, as 0."""
    right, _ = _marks(found, truths, threshold)
    return _area(right, max(1, right.sum()))


@mutant("p.12.10", replaces="average_precision", fails="test_average_precision_at_its_ends")
def nothing_is_perfect(found, truths, threshold=0.5):
    """Where nothing is found, nothing is right, and the average precision is 0."""
    right, total = _marks(found, truths, threshold)
    return _area(right, total) if len(right) else 1.0


@alternative("p.12.10", replaces="average_precision")
def by_steps_of_recall(found, truths, threshold=0.5):
    """The area under the curve of precision over recall, made to fall."""
    right, total = _marks(found, truths, threshold)
    recall = np.concatenate([[0.0], np.cumsum(right) / total, [1.0]])
    precision = np.concatenate([[0.0], _precision(right), [0.0]])
    for i in range(len(precision) - 2, -1, -1):
        precision[i] = max(precision[i], precision[i + 1])
    return float(np.sum(np.diff(recall) * precision[1:]))
