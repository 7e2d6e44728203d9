"""Hidden checks of training on several devices: several networks at once (tf1.12.8)."""

import numpy as np
import torch
from numpy.testing import assert_allclose

from autograder.checks.parallel_training.inputs import Children, bent_rule
from autograder.testing import Handle, check
from autograder.testing.closed import built_in
from autograder.testing.modules import outputs, weights_of

KEYS = {"model", "valid"}


def _trained(student, config, *parts):
    found = student.train_config(config, *parts)
    assert isinstance(found, dict) and found.keys() >= KEYS, "not a dict with the model and its accuracy"
    assert isinstance(found["model"], Handle), "the model is no module"
    return found["model"], float(found["valid"])


@check("tf1.12.8", core=True, weight=2, at_least=True,
       hint="Does the loss go down? One hidden layer with ReLU, momentum 0.9, batches of 32, all epochs.")  # fmt: skip
def test_learns_a_bent_rule(student, rng):
    """Trained for ten epochs on 1,000 points that no plane separates, your networks name enough of 500 new ones."""
    right = []
    for _ in range(2):
        X, y, X_valid, y_valid = bent_rule(rng, 1000, 500)
        config = {"units": 32, "lr": 0.05, "epochs": 10, "seed": int(rng.integers(1000))}
        model, _ = _trained(student, config, X, y, X_valid, y_valid)
        right.append(np.mean(outputs(model, X_valid, shape=(500, 2)).argmax(axis=1) == y_valid))
    return float(np.mean(right))


@check("tf1.12.8", core=True, hint="Validation rows only, and the network as it is after the last epoch.")
def test_valid_is_the_networks_accuracy(student, rng):
    """The accuracy is that of the network that is returned, on the validation rows, given as arrays or as tensors."""
    X, y, X_valid, y_valid = bent_rule(rng, 200, 77)
    for labels, made in ((y, np.asarray), (y + (X[:, 0] > 0.5), torch.as_tensor)):
        valid_labels = np.where(rng.random(77) < 0.5, y_valid, rng.integers(0, 2, 77))  # never the third class
        config = {"units": 6, "lr": 0.05, "epochs": 3, "seed": 2}
        parts = map(made, (X, labels, X_valid, valid_labels))
        model, valid = _trained(student, config, *parts)
        said = outputs(model, X_valid, shape=(77, int(labels.max()) + 1)).argmax(axis=1)
        assert abs(valid - np.mean(said == valid_labels)) < 1e-6


@check("tf1.12.8", hint="The loss has a softmax in it. What is left of its gradient if the network has one, too?")
def test_logits_are_no_probabilities(student, rng):
    """Your network gives a logit per class, and not what a softmax makes of them."""
    X, y, X_valid, y_valid = bent_rule(rng, 200, 50)
    model, _ = _trained(student, {"units": 8, "lr": 0.05, "epochs": 2, "seed": 1}, X, y, X_valid, y_valid)
    said = outputs(model, X_valid, shape=(50, 2))
    assert not np.allclose(said.sum(axis=1), 1, atol=1e-3)


@check("tf1.12.8", core=True, hint="Each of the four entries decides something. Which one do you not use?")
def test_the_configuration_decides(student, rng):
    """Neurons, epochs, learning rate and momentum are as the configuration and the text say."""
    X, y, X_valid, y_valid = bent_rule(rng, 32, 10)
    base = {"units": 7, "lr": 1e-3, "epochs": 1, "seed": 3}

    def weights(times=1, **other):
        rows = np.tile(X, (times, 1)), np.tile(y, times)
        return weights_of(_trained(student, {**base, **other}, *rows, X_valid, y_valid)[0])

    for units in (7, 12):
        assert sum(value.size for value in weights(units=units).values()) == units * 7 + (units + 1) * 2
    start = weights(epochs=0)

    def moved(**other):
        found = weights(**other)
        return np.concatenate([(found[name] - start[name]).ravel() for name in found])

    def steps(one):
        """How long a way is, in steps of the gradient at its beginning."""
        return one @ step / (step @ step)

    step = moved()
    found = [steps(moved(lr=2e-3)), steps(moved(epochs=2)), steps(moved(epochs=3)), steps(moved(times=3))]
    assert_allclose(found[0], 2, rtol=0.05)
    # With a gradient that hardly changes, momentum makes the second step 1.9 times as long, the third one 2.71 times.
    assert_allclose(found[1:3], [2.9, 5.61], rtol=0.05)
    assert 4 < found[3] < 7.5  # three batches an epoch, which are drawn


def _slopes(model, X, y):
    """Probe: the gradient of the mean cross-entropy over some rows, by the parameters' names."""
    import torch
    from torch.nn.functional import cross_entropy

    model.zero_grad()
    cross_entropy(model(torch.as_tensor(X)), torch.as_tensor(y)).backward()
    return {name: value.grad.numpy() for name, value in model.named_parameters() if value.grad is not None}


@check("tf1.12.8", hint="`cross_entropy(model(X), y)` takes logits and class numbers, and the mean over the rows.")
def test_steps_go_down_the_cross_entropy(student, rng):
    """The first step is the learning rate times the gradient of the mean cross-entropy over the batch."""
    X, y, X_valid, y_valid = bent_rule(rng, 32, 10)
    config = {"units": 7, "lr": 0.02, "seed": int(rng.integers(1000))}
    begin, end = (_trained(student, {**config, "epochs": n}, X, y, X_valid, y_valid)[0] for n in (0, 1))
    before, after, slopes = weights_of(begin), weights_of(end), student.probe_(_slopes)(begin, X, y)
    moved = np.concatenate([(after[name] - before[name]).ravel() for name in slopes])
    wanted = np.concatenate([-0.02 * np.asarray(slope).ravel() for slope in slopes.values()])
    assert np.linalg.norm(moved - wanted) < 0.01 * np.linalg.norm(wanted)


@check("tf1.12.8", hint="Each epoch draws its own order, of all rows; the last batch may be smaller than the others.")
def test_each_epoch_has_its_order(student, rng):
    """In each epoch each row is in one of the batches, and not always in the same one."""
    n = 63  # batches of 32 and of 31 rows; row number i alone moves the hidden layer's weights of feature i
    X, y = np.eye(n, dtype=np.float32), (np.arange(n) + int(rng.integers(2))) % 2
    config = {"units": 40, "lr": 0.01, "seed": int(rng.integers(1000))}

    def hidden_of(epochs):
        found = weights_of(_trained(student, {**config, "epochs": epochs}, X, y, X, y)[0]).values()
        (hidden,) = (value.squeeze() for value in found if value.size == 40 * n)
        return hidden if hidden.shape == (40, n) else hidden.T

    start, one, two = (hidden_of(epochs).astype(float) for epochs in range(3))
    moved, further = (np.linalg.norm(end - start, axis=0) for end in (one, two))
    assert moved.min() > 0, "a row has been left out"
    # By its momentum a row of the first batch counts 1.9 in one epoch, and 3.439 + 1.9 in two that are alike; one of
    # the second batch 1, and 2.71 + 1.
    alike = np.min([abs(further / moved - ratio) for ratio in (5.339 / 1.9, 3.71)], axis=0) < 0.15
    assert alike.mean() < 0.9, "both epochs had the same batches"


@check("tf1.12.8", hint="Set the seed before the layers are made: they draw their first weights then.")
def test_seed_decides_the_network(student, rng):
    """The same configuration gives the same network, whatever was drawn before; another seed gives another one."""
    X, y, X_valid, y_valid = bent_rule(rng, 96, 10)

    def weights(seed):
        config = {"units": 5, "lr": 0.1, "epochs": 2, "seed": seed}
        return np.concatenate(
            [value.ravel() for value in weights_of(_trained(student, config, X, y, X_valid, y_valid)[0]).values()]
        )

    one, again, other = weights(4), weights(4), weights(5)
    assert_allclose(one, again, atol=1e-6)
    assert np.abs(one - other).max() > 1e-2


class _Jobs:
    """Probe: calls `launch` with a function that writes down where and when it runs, and does what it is told."""

    keys = ("config", "result", "error")

    def __init__(self, launch, jobs, n_workers, timeout):
        import shutil
        import tempfile

        self.folder = tempfile.mkdtemp()
        self.touched = []
        try:
            self.found = launch(self.work, jobs, n_workers=n_workers, timeout=timeout)
            self.runs = self.read(len(jobs))
        finally:
            shutil.rmtree(self.folder, True)

    def work(self, job):
        import os
        import signal
        import sys
        import time

        self.touched.append(1)
        self.note(job["number"], "begin")
        if job["do"] == "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.wait_for(job)
        time.sleep(job.get("seconds", 0))
        self.note(job["number"], "end")
        if job["do"] == "raise":
            raise ValueError("no such network")
        if job["do"] == "quietly":
            raise RuntimeError
        if job["do"] == "exit":
            sys.exit(0)
        if job["do"] == "vanish":
            os._exit(0)
        if job["do"] == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if job["do"] == "large":
            import numpy as np

            return np.full(job["size"], job["number"])
        return {"valid": job["number"] / 100}

    def wait_for(self, job):
        """Until as many have begun as the job wants to meet, or a certain one, or as many have ended as it wants to
        follow; for some seconds, if they don't."""
        import os
        import time

        until = time.monotonic() + 3
        while time.monotonic() < until:
            names = os.listdir(self.folder)
            begun = [int(name.split(".")[0]) for name in names if name.endswith(".begin")]
            met = len(begun) >= job.get("meet", 0) and job.get("other", job["number"]) in begun
            if met and sum(name.endswith(".end") for name in names) >= job.get("after", 0):
                return
            time.sleep(0.01)

    def note(self, number, what):
        import os
        import time

        with open(f"{self.folder}/{number}.{os.getpid()}.{what}", "w", encoding="utf-8") as file:
            file.write(str(time.monotonic()))

    def read(self, n):
        """For each job the processes that began it, and when it began and ended."""
        import os
        from pathlib import Path

        runs = [[] for _ in range(n)]
        for name in os.listdir(self.folder):
            number, process, what = name.split(".")
            if what == "begin":
                times = []
                for one in ("begin", "end"):
                    path = f"{self.folder}/{number}.{process}.{one}"
                    times.append(float(Path(path).read_text(encoding="utf-8")) if os.path.exists(path) else 1e12)
                runs[int(number)].append((int(process), *times))
        return runs

    def told(self):
        """What was returned, without what is another text each time, and what has been added (its seconds, say)."""
        return [
            {key: value if key != "error" or not value else "some" for key, value in one.items() if key in self.keys}
            if isinstance(one, dict)
            else one
            for one in self.found
        ]

    def sizes(self):
        """How large the arrays are that came back, and the mean of each."""
        return [(len(one["result"]), float(one["result"].mean())) for one in self.found]

    def times_begun(self):
        return [len(run) for run in self.runs]

    def processes(self):
        """How many processes there were, and whether this one was among them or has seen what they did."""
        import os

        found = {process for run in self.runs for process, *_ in run}
        return len(found), os.getpid() in found or bool(self.touched)

    def at_once(self):
        """How many ran at the same time, at most."""
        spans = [(begin, end) for run in self.runs for _, begin, end in run]
        return max((sum(begin <= other < end for begin, end in spans) for other, _ in spans), default=0)

    def begun_before_end(self, one, other):
        """Whether a job was begun before another one had ended."""
        return self.runs[one][0][1] < self.runs[other][0][2]


def _launched(student, jobs, n_workers=2, timeout=30.0):
    numbered = [{"number": number, "do": "", **job} for number, job in enumerate(jobs)]
    return student.probe_(_Jobs)(student.launch, numbered, n_workers, timeout), numbered


def _done(jobs):
    return [{"config": job, "result": {"valid": job["number"] / 100}, "error": ""} for job in jobs]


@check("tf1.12.8", core=True, weight=2, hint="Which result belongs to which configuration, if the first one is slow?")
def test_results_in_order(student, rng):
    """Each configuration is tried once, and the results come in the order of the configurations, whoever is first."""
    slow = int(rng.integers(3))
    ran, jobs = _launched(student, [{"after": 3, "seconds": 0.2} if place == slow else {} for place in range(4)], 4)
    assert built_in(ran.told()) == _done(jobs)
    assert ran.times_begun() == [1] * 4
    assert _launched(student, [])[0].told() == []


@check("tf1.12.8", core=True, weight=2, hint="Threads share everything, and a pool uses its processes again and again.")
def test_a_process_for_each(student, rng):
    """Each configuration has a process of its own, which is not yours and shares nothing with it."""
    ran, jobs = _launched(student, [{}] * 5, int(rng.integers(2, 4)))
    assert ran.processes() == [5, False] or ran.processes() == (5, False)
    assert built_in(ran.told()) == _done(jobs)


@check("tf1.12.8", core=True, hint="Begin another one as soon as one has ended, and not before.")
def test_as_many_as_allowed(student, rng):
    """At no time more processes than `n_workers` are at work, and never fewer while there is work for them."""
    for n_workers in (1, 3):
        ran, jobs = _launched(student, [{"meet": n_workers, "seconds": 0.25}] * 5, n_workers)
        assert ran.at_once() == n_workers
        assert built_in(ran.told()) == _done(jobs)
    ran, _ = _launched(student, [{"other": 2}, {}, {}, {}], 2)
    assert ran.begun_before_end(2, 0), "the free worker waits for the slow one"


@check(
    "tf1.12.8",
    core=True,
    weight=2,
    hint="An exception is caught in the child. What do you see of one that has vanished?",
)
def test_failures_stop_nobody(student, rng):
    """Configurations that raise, exit or are killed are reported as errors, and all others are done."""
    does = ["raise", "", "vanish", "kill", "", "exit", "quietly", ""]
    jobs = [{"do": str(does[number])} for number in rng.permutation(len(does))]
    ran, numbered = _launched(student, jobs, 2)
    wanted = _done(numbered)
    for one in wanted:
        if one["config"]["do"]:
            one |= {"result": None, "error": "some"}
    assert built_in(ran.told()) == wanted


@check("tf1.12.8", hint="Each has its own time, from its own start. And a process can ignore being asked to end.")
def test_ends_what_takes_too_long(student, rng):
    """What is not done in time is ended and reported, and those that had to wait have their full time."""
    children = student.probe_(Children)()
    stubborn = int(rng.integers(3))
    jobs = [{"do": "stubborn", "seconds": 60} if number == stubborn else {"seconds": 0.4} for number in range(3)]
    jobs += [{"seconds": 0.4}] * 2
    ran, numbered = _launched(student, jobs, 1, timeout=3.5)  # with time enough to begin on a busy machine
    wanted = _done(numbered)
    wanted[stubborn] |= {"result": None, "error": "some"}
    assert built_in(ran.told()) == wanted
    assert children.left() == 0, "a process is left"


@check("tf1.12.8", hint="Read what a child has to say before you wait for its end: a pipe holds little.")
def test_large_results(student, rng):
    """Results of several megabytes arrive."""
    size = int(rng.integers(400_000, 500_000))
    ran, _ = _launched(student, [{"do": "large", "size": size}] * 3, 2, timeout=20.0)
    assert [tuple(one) for one in ran.sizes()] == [(size, 0.0), (size, 1.0), (size, 2.0)]


def _reports(rng, valid, failed=()):
    return [
        {
            "config": {"number": number},
            "result": None if number in failed else {"valid": float(one), "test": float(rng.random())},
            "error": "it was not done in time" if number in failed else "",
        }
        for number, one in enumerate(valid)
    ]


@check("tf1.12.8", core=True, hint="By validation, the best first; those with an error have no result.")
def test_the_three_best(student, rng):
    """The three best on the validation rows are chosen, best first, whatever the test says; failures never."""
    for n, n_failed in ((8, 0), (8, 3), (5, 2), (3, 1), (2, 2), (0, 0)):
        failed = rng.permutation(n)[:n_failed].tolist()
        valid = (rng.permutation(n) + 1) / 10
        results = _reports(rng, valid, failed)
        ranked = sorted((number for number in range(n) if number not in failed), key=lambda number: -valid[number])
        found = built_in(student.best_three(results))
        assert found == [results[number] for number in ranked[:3]]


@check("tf1.12.8", hint="Python's `sorted` leaves equal ones in their order; `reverse=True` does so, too.")
def test_equal_ones_keep_their_order(student, rng):
    """Of networks that are equally good, the one that comes first is first."""
    valid = rng.permutation([0.5, 0.5, 0.5, 0.9, 0.9, 0.2])
    results = _reports(rng, valid)
    order = np.argsort(-valid, kind="stable")[:3]
    assert built_in(student.best_three(results)) == [results[number] for number in order]
