"""Hidden checks of data pipelines: record files, written and read (tf2.13.9)."""

import contextlib
import pickletools

import numpy as np
from numpy.testing import assert_array_equal

from autograder.checks.pipelines_records.inputs import Written, described, known_by, pictures
from autograder.testing import check

KINDS = ("uint8", "int64", "float32", "float64", "bool")
SHAPES = ((), (0,), (1,), (7,), (3, 4), (2, 0, 3), (2, 3, 5))


def _record(rng, n):
    names = ["picture", "été, “x”", "", "a\nb", "label|0", 'k"ey', "a\0b"][:n]
    return {
        name: np.asarray(rng.normal(0, 90, SHAPES[int(rng.integers(len(SHAPES)))]), dtype=str(rng.choice(KINDS[2:4])))
        for name in names
    }


def _comes_back(student, data, record):
    """Whether the bytes are those of a record, in which arrays without dimensions may be numbers."""
    assert isinstance(data, bytes)
    kinds, values = student.probe_(described)(student.decode_record, data)
    arrays = {name: np.asarray(array) for name, array in record.items()}
    assert kinds == [[name, str(array.dtype), list(array.shape)] for name, array in arrays.items()]
    for found, array in zip(values, arrays.values(), strict=True):
        assert_array_equal(np.asarray(found), array.ravel())


@check(
    "tf2.13.9",
    core=True,
    hint="What has to stand in front of an array's bytes, so that somebody who has only them can make the array again?",
)
def test_record_tells_what_is_in_it(student, rng):
    """From its bytes alone a record comes back as it was: names, types, shapes and values of its arrays."""
    records = [{f"{kind} {shape}": rng.integers(0, 2, shape).astype(kind) for shape in SHAPES} for kind in KINDS]
    records += [_record(rng, n) for n in range(8)]
    records.append({"n" * 300: rng.integers(0, 256, 70_000).astype(np.uint8), "deep": np.ones((1, 2) * 4)})
    records.append({f"number {n}": np.array(n) for n in range(300)})
    kept = [student.encode_record(record) for record in records]
    for data, record in reversed(list(zip(kept, records, strict=True))):
        _comes_back(student, data, record)


@check("tf2.13.9", hint="Text needs several bytes for each number: write an array's own bytes (`tobytes`).")
def test_record_is_small(student, rng):
    """A record takes hardly more bytes than its names and numbers."""
    record = {"picture": rng.integers(0, 256, (28, 28)).astype(np.uint8), "x" * 30: rng.normal(size=50)}
    for some in (record, {"label": np.array(3)}, {}):
        data = student.encode_record(some)
        _comes_back(student, data, some)
        least = sum(len(name) + array.nbytes for name, array in some.items())
        assert least <= len(data) <= least + 100 * (1 + len(some))


def _holds_a_pickle(data):
    """Whether one begins anywhere in the bytes: it is taken apart, and not run."""
    for start in (place for place, byte in enumerate(data) if byte == 0x80):
        with contextlib.suppress(Exception):
            if len(list(pickletools.genops(data[start:]))) > 3:
                return True
    return False


@check("tf2.13.9", hint="What do you need to make an array again? Write that yourself, as JSON or by `struct`.")
def test_record_is_no_pickle(student, rng):
    """There is no pickle in a record's bytes: whoever reads one runs what somebody else has written."""
    record = {"label": np.array(int(rng.integers(100))), "size": rng.integers(0, 100, (2, 3))}
    data = student.encode_record(record)
    _comes_back(student, data, record)
    assert not _holds_a_pickle(data)


def _records_of(read):
    found, error = read
    return [(np.asarray(picture), int(label)) for picture, label in found], error


def _written(student, rng, n, n_shards, **how):
    X, y = pictures(rng, n)
    files = student.probe_(Written)(student.write_shards, X, y, n_shards, **how)
    assert tuple(files.count()) == (n_shards, n_shards)
    return X, y, files


def _read(student, files, number=0):
    return _records_of(files.read(student.read_shard, number))


def _spoiled(student, files, place, change):
    return _records_of(files.read_spoiled(student.read_shard, place, change))


@check("tf2.13.9", core=True, weight=2, hint="`np.array_split` gives parts that differ by one at most.")
def test_all_records_come_back_in_order(student, rng):
    """Read one after the other, the files give each picture with its label once, in order, and are equally long."""
    for n, n_shards, as_path in ((8, 3, False), (4, 4, False), (5, 1, True)):
        X, y, files = _written(student, rng, n, n_shards, as_path=as_path)
        parts = [_read(student, files, number) for number in range(n_shards)]
        assert [error for _, error in parts] == [""] * n_shards
        lengths = [len(part) for part, _ in parts]
        assert max(lengths) - min(lengths) <= 1
        found = [one for part, _ in parts for one in part]
        assert str(found[0][0].dtype) == "uint8"
        assert_array_equal(np.array([picture for picture, _ in found]), X)
        assert [label for _, label in found] == y.tolist()


@check("tf2.13.9", hint="One order for pictures and labels, from a generator with this seed, and then into the files.")
def test_seed_puts_records_into_an_order(student, rng):
    """With a seed the records are spread over the files by chance, each beside its own label: the same seed gives the
    same order, another one another."""
    X, y = pictures(rng, 24)
    known, orders = known_by(X, y), []
    for seed in (5, 6, 5, None):
        files = student.probe_(Written)(student.write_shards, X, y, 3, seed=seed)
        parts = [_read(student, files, number)[0] for number in range(3)]
        found = [known[picture.tobytes()] + (label,) for part in parts for picture, label in part]
        assert all(right == label for _, right, label in found)
        orders.append([number for number, _, _ in found])
        assert sorted(orders[-1]) == list(range(24))
    assert orders[0] == orders[2] != orders[1]
    assert orders[3] == list(range(24)) and orders[3] not in orders[:2]


def _are_the_first(found, X, y):
    for (picture, label), right, wanted in zip(found, X, y, strict=False):
        assert_array_equal(picture, right)
        assert label == wanted


@check(
    "tf2.13.9",
    core=True,
    weight=2,
    hint="Which bytes does no checksum cover? The length of a record, the header, the checksum of the length?",
)
def test_changed_bytes_are_met(student, rng):
    """Wherever a byte of a file has changed, reading it raises a ValueError, and hands out no wrong record before."""
    X, y, files = _written(student, rng, 3, 1)
    (size,) = files.sizes()
    places = {*range(min(60, size)), *range(size - 40, size), *rng.integers(0, size, 40).tolist()}
    # All of them are asked before the first is judged: what is left unchecked shows in which of them are not met.
    spoiled = [_spoiled(student, files, int(place), 1 << int(rng.integers(8))) for place in sorted(places)]
    for found, error in spoiled:
        assert error == "ValueError"
        _are_the_first(found, X, y)
    assert _read(student, files)[1] == ""


@check("tf2.13.9", core=True, hint="How does the reader know that the record it has just read was the last?")
def test_missing_ends_are_met(student, rng):
    """A file that ends too early, in a record or between two, or that goes on behind its end raises a ValueError."""
    X, y, files = _written(student, rng, 3, 1)
    (one,), (two,) = (_written(student, rng, n, 1)[2].sizes() for n in (1, 2))
    (size,) = files.sizes()
    record = two - one  # or nearly so; where each of them ends depends on what stands before the first
    around = range(-3, min(max(size - 3 * record, 0), 150) + 4)
    edges = {k * record + place for k in (1, 2) for place in around}
    for end in sorted({0, 1, *range(size - 20, size), *(edges & set(range(size)))}):
        found, error = _spoiled(student, files, end, 0)
        assert error == "ValueError"
        _are_the_first(found, X, y)
    assert _spoiled(student, files, 0, -1)[1] == "ValueError"
    assert _read(student, files)[1] == ""


@check("tf2.13.9", hint="A checksum for each record, and `yield` as soon as it fits.")
def test_records_before_the_damage_are_handed_out(student, rng):
    """Records before a damage are read all the same: they come one by one."""
    X, y, files = _written(student, rng, 20, 1)
    (size,) = files.sizes()
    for share in (0.3, 0.5, 0.8):
        place = int(share * size)
        for change in (4, 0):
            found, error = _spoiled(student, files, place, change)
            assert error == "ValueError"
            assert 20 * share - 2 <= len(found) <= 20 * share + 2
            _are_the_first(found, X, y)


@check("tf2.13.9", hint="Read a record's length, then so many bytes (`file.read(n)`), and `yield` before you go on.")
def test_file_is_read_record_by_record(student, rng):
    """A file that may be larger than memory is not read as a whole: what changes far behind the first record, when that
    has been handed out, is met."""
    _, _, files = _written(student, rng, 1500, 1)
    n, error = files.read_while_it_spoils(student.read_shard)
    assert 1 <= n <= 1500 and error == "ValueError"
