"""Hidden checks of training on several devices: what comes first and what is left (tf1.12.5 to tf1.12.7)."""

from autograder.checks.parallel_training.inputs import all_chosen
from autograder.testing import StudentRaised, check
from autograder.testing.closed import ask_all, choice


def _ends(operations):
    """By playing through it, whole second by whole second."""
    left = [seconds for _, seconds, _ in operations]
    ends, now = [None] * len(operations), 0
    while None in ends:
        running = [
            number
            for number, (stream, _, waits) in enumerate(operations)
            if ends[number] is None
            and all(ends[other] is not None for other in waits)
            and all(ends[other] is not None for other in range(number) if operations[other][0] == stream)
        ]
        now += 1
        for number in running:
            left[number] -= 1
        for number in running:
            if not left[number]:
                ends[number] = float(now)
    return ends


def _operations(rng, n, n_streams):
    made = []
    for number in range(n):
        waits = rng.permutation(number)[: rng.integers(0, 3)].tolist() if number and rng.random() < 0.6 else []
        made.append((int(rng.integers(n_streams)), float(rng.integers(1, 8)), waits))
    return made


@check("tf1.12.5", core=True, hint="It begins at the latest of some ends. Of which?")
def test_ends_of_streams(student, rng):
    """The ends are right for one stream or more, with and without waiting for other streams."""
    cases = [(_operations(rng, int(rng.integers(1, 9)), 1 + number % 4),) for number in range(30)]
    cases += [([(0, 5.0, []), (1, 1.0, []), (1, 1.0, [0]), (0, 1.0, [])],), ([],)]
    ask_all(student.stream_ends, _ends, cases)


@check("tf1.12.5")
def test_what_can_run_together(student, rng):
    """For each pair it is said rightly whether both can run at the same time."""
    right = dict.fromkeys(("two streams", "copy", "threads", "inside"), "can")
    right |= dict.fromkeys(("one stream", "one needs the other", "statements"), "can't")
    all_chosen(choice(student, "TF1_12_5_CHOICE", "stream_ends", [(0, 1.0, [])]), right, ("can", "can't"))


def _program(rng, n):
    names = [f"op{number}" for number in rng.permutation(n)]
    made = {}
    for number, name in enumerate(names):
        needs = [names[other] for other in rng.permutation(number)[: rng.integers(0, 3)]]
        made[name] = (int(rng.integers(1, 50)), needs)
    return names, made


def _peak(order, operations):
    """By asking at each operation which results are there: made, and needed from here on or by nobody."""
    peaks = []
    for now, name in enumerate(order):
        if any(order.index(other) > now for other in operations[name][1]):
            return "error"
        held = 0
        for before, other in enumerate(order[: now + 1]):
            users = [place for place, one in enumerate(order) if other in operations[one][1]]
            held += operations[other][0] if before == now or not users or max(users) >= now else 0
        peaks.append(held)
    return max(peaks)


@check("tf1.12.6", core=True, hint="While it runs, its inputs are still there. And what nobody needs is a result.")
def test_peak_of_memory(student, rng):
    """The peak is right for programs of any form, in any order that they allow; another order is a ValueError."""

    def asked(order, operations):
        try:
            return student.peak_memory(order, operations)
        except StudentRaised as error:
            return "error" if error.type_name == "ValueError" else "another error"

    cases = [_program(rng, int(rng.integers(1, 9))) for _ in range(30)]
    cases += [([str(name) for name in rng.permutation(names)], made) for names, made in cases[:12]]
    cases += [
        (["b", "a"], {"a": (3, []), "b": (4, ["a"])}),
        (["a", "b"], {"a": (0.25, []), "b": (0.5, ["a"])}),
        (["a", "c", "b"], {"a": (3, []), "b": (4, ["a"]), "c": (5, [])}),
    ]
    ask_all(asked, _peak, cases)


class _Trained:
    """Probe: a model, a file, and a training that changes the model and then ends in one way or another."""

    def __init__(self, seed, before):
        import shutil
        import tempfile
        import weakref
        from pathlib import Path

        import torch
        from torch import nn

        torch.manual_seed(seed)
        self.torch, self.calls = torch, 0
        self.model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
        folder = tempfile.mkdtemp()
        weakref.finalize(self, shutil.rmtree, folder, True)
        self.path = Path(folder) / "model.pt"
        if before:
            torch.save({"old": torch.zeros(1)}, self.path)

    def run(self, guarded, ending, as_text):
        """What `guarded` does: "returned" with a value, or the name of the error."""

        def train(model):
            self.calls += 1
            with self.torch.no_grad():
                for value in model.parameters():
                    value += 1
            model[0].bias = self.torch.nn.Parameter(self.torch.randn(2))  # a new tensor in the old one's place
            model(self.torch.randn(4, 3))
            if ending:
                raise {"ValueError": ValueError, "KeyboardInterrupt": KeyboardInterrupt, "SystemExit": SystemExit}[
                    ending
                ]
            return {"loss": 0.5}

        try:
            return "returned", guarded(train, self.model, str(self.path) if as_text else self.path)
        except NotImplementedError:  # not begun
            raise
        except BaseException as error:
            return "raised", type(error).__name__

    def saved(self):
        """What the file holds, and how often the model was trained."""
        if not self.path.exists():
            return "nothing", self.calls
        try:
            state, now = self.torch.load(self.path, weights_only=True), self.model.state_dict()
        except Exception:  # a whole module, say
            return "no state", self.calls
        if state.keys() != now.keys():
            return "something else" if "old" in state else "a part of it", self.calls
        same = [self.torch.equal(state[name], now[name]) for name in now]
        return "what the model has" if all(same) else "partly what it had" if any(same) else "what it had", self.calls


@check("tf1.12.7", core=True, hint="What is done in any case stands in `finally`.")
def test_saved_whatever_happens(student, rng):
    """After a training that ends well, with an error, or is interrupted, the file holds the parameters as they are."""
    found = []
    for ending in ("", "ValueError", "KeyboardInterrupt", "SystemExit"):
        for before in (False, True):
            trained = student.probe_(_Trained)(int(rng.integers(1000)), before)
            trained.run(student.guarded, ending, before)
            found.append(tuple(trained.saved()))
    assert found == [("what the model has", 1)] * 8


@check("tf1.12.7", core=True, hint="An exception that you catch has to be raised again.")
def test_goes_on_as_it_ended(student, rng):
    """What the training returns is returned, and what it raises is raised."""
    for ending in ("ValueError", "", "KeyboardInterrupt"):
        trained = student.probe_(_Trained)(int(rng.integers(1000)), False)
        how, what = trained.run(student.guarded, ending, False)
        assert (how, what) == (("raised", ending) if ending else ("returned", {"loss": 0.5}))


@check("tf1.12.7")
def test_what_is_kept(student, rng):
    """For each case it is said rightly whether the parameters are kept."""
    right = dict.fromkeys(("cluster", "notebook", "replicas", "shared memory"), "kept")
    right |= dict.fromkeys(("initialised", "script", "shards"), "lost")
    trained = student.probe_(_Trained)(1, False)
    trained.run(student.guarded, "", False)
    all_chosen(student.TF1_12_7_CHOICE, right, ("kept", "lost"))
