"""Hidden checks of data pipelines: where and how records are prepared (tf2.13.7 and tf2.13.8)."""

import binascii

import numpy as np
import torch
from numpy.testing import assert_array_equal

from autograder.testing import check


def _uses(prepared, records, asked, with_vary):
    """Probe: what a data set hands out, its length, and what it calls on the way."""
    log = []

    def prepare(record):
        log.append(("prepare", record[0]))
        return [record[0] * 2 + 1]

    def vary(found):
        log.append(("vary", found[0]))
        return [found[0], len(log)]

    records = [[number] for number in records]  # a list has no hash, nor has an array
    data = prepared(records, prepare, vary) if with_vary else prepared(records, prepare)
    length, before = len(data), len(log)
    given = [data[number] for number in asked]
    return length, before, given, [list(entry) for entry in log]


def _prepared_to(prepared, results, asked):
    """Probe: how often records are prepared that become what is given, if they are asked for in this order."""
    calls = []

    def prepare(number):
        calls.append(number)
        return results[number]

    data = prepared(list(range(len(results))), prepare)
    return [data[number] for number in asked], calls


def _asked(student, rng, with_vary, n=7):
    records = rng.permutation(1000)[:n].tolist()
    asked = [*rng.integers(0, n - 2, 2 * n).tolist(), n - 2]
    return records, asked, student.probe_(_uses)(student.Prepared, records, asked, with_vary)


@check("tf2.13.7", core=True, hint="Keep what `prepare` has given under the record's number, and look there first.")
def test_prepared_once_and_kept(student, rng):
    """Each record is prepared when it is first asked for, and never again, however many there are; others are not
    prepared at all."""
    for n in (7, 300):
        records, asked, (length, before, given, log) = _asked(student, rng, False, n)
        assert length == n and before == 0
        assert [list(one) for one in given] == [[records[number] * 2 + 1] for number in asked]
        assert [tuple(entry) for entry in log] == [("prepare", records[number]) for number in dict.fromkeys(asked)]
    results, asked = [0, "", [], 7], [0, 1, 2, 3, 2, 1, 0]  # most of them count as false
    given, calls = student.probe_(_prepared_to)(student.Prepared, results, asked)
    assert list(given) == [results[number] for number in asked]
    assert list(calls) == [0, 1, 2, 3]


@check("tf2.13.7", core=True, hint="What is drawn by chance must not be kept: call `vary` each time, on what is kept.")
def test_varied_each_time(student, rng):
    """What varies by chance is done anew each time that a record is asked for, to the prepared record."""
    records, asked, (_, _, given, log) = _asked(student, rng, True)
    wanted = [records[number] * 2 + 1 for number in asked]
    assert [tuple(entry)[1] for entry in log if entry[0] == "vary"] == wanted
    assert sum(entry[0] == "prepare" for entry in log) == len(set(asked))
    firsts, seconds = zip(*(list(one) for one in given), strict=True)
    assert list(firsts) == wanted and len(set(seconds)) == len(asked)


@check("tf2.13.8", core=True, hint="A dictionary of the known ones; the bucket comes behind them.")
def test_codes_of_categories(student, rng):
    """Known categories have their place in the vocabulary, others that of their bucket behind it."""
    names = ["".join(chr(int(letter)) for letter in rng.integers(97, 123, 5)) for _ in range(30)] + ["été", ""]
    names = [names[i] for i in rng.permutation(len(names))]
    for size, buckets in ((0, 3), (8, 1), (8, 5)):
        vocabulary = names[:size]
        values = [names[i] for i in rng.integers(0, len(names), 40)]
        wanted = [
            vocabulary.index(one) if one in vocabulary else size + binascii.crc32(one.encode("utf-8")) % buckets
            for one in values
        ]
        found = student.category_codes(values, vocabulary, buckets)
        assert isinstance(found, torch.Tensor) and found.dtype == torch.int64
        assert_array_equal(np.asarray(found), wanted)


@check("tf2.13.8", core=True, hint="A code that comes twice in a row counts twice. And a row without any?")
def test_bags_of_codes(student, rng):
    """Each code's count is in its column, for rows of any length."""
    rows = [rng.integers(0, 6, n).tolist() for n in (4, 0, 1, 15)]
    found = student.bags(rows, 8)
    assert isinstance(found, torch.Tensor) and found.dtype == torch.float32
    assert_array_equal(np.asarray(found), [[row.count(code) for code in range(8)] for row in rows])
    assert np.asarray(student.bags([[1]], 3)).tolist() == [[0, 1, 0]]
