"""Training on several devices, a process for each network (tf1.12.8): wrong answers, and right ones."""

import contextlib
import multiprocessing
import os
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import torch

from autograder.testing import alternative, mutant

FORK = multiprocessing.get_context("fork")

# ---------------------------------------------------------------- a process for each


def _child(connection, train, config):
    torch.set_num_threads(1)
    try:
        said = train(config), ""
    except BaseException as error:
        said = None, repr(error)
    connection.send_bytes(pickle.dumps(said))


def _begun(train, config):
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_child, args=(sender, train, config))
    process.start()
    sender.close()
    return receiver, process


def _ended(receiver, process, seconds, how="kill"):
    """What a child says within some seconds; afterwards it has ended."""
    try:
        said = pickle.loads(receiver.recv_bytes()) if receiver.poll(max(0.0, seconds)) else (None, "late")  # noqa: S301
    except EOFError:
        said = None, "died"
    getattr(process, how)()
    process.join()
    return said


def _entry(config, said):
    return {"config": config, "result": said[0], "error": said[1]}


def _by_threads(train, configs, n_workers, timeout):
    """A thread for each place, each of which waits for one child at a time."""

    def one(config):
        return _entry(config, _ended(*_begun(train, config), timeout))

    with ThreadPoolExecutor(n_workers) as pool:
        return list(pool.map(one, configs))


@mutant("tf1.12.8", replaces="launch", fails="test_a_process_for_each")
def threads(train, configs, n_workers=2, timeout=60.0):
    """Threads share everything, the random numbers among it, and die together: take processes."""

    def one(config):
        try:
            return _entry(config, (train(config), ""))
        except Exception as error:
            return _entry(config, (None, repr(error)))

    with ThreadPoolExecutor(n_workers) as pool:
        return list(pool.map(one, configs))


@mutant("tf1.12.8", replaces="launch", fails="test_a_process_for_each")
def a_pool(train, configs, n_workers=2, timeout=60.0):
    """A pool's processes are used again, so that one configuration finds what another has left: a new process for each
    is asked for."""
    shares = [
        _begun(lambda share: [_safely(train, one) for one in share], configs[n::n_workers]) for n in range(n_workers)
    ]
    said = [_ended(*share, timeout)[0] or [] for share in shares]
    return [_entry(config, said[n % n_workers][n // n_workers]) for n, config in enumerate(configs)]


def _safely(train, config):
    try:
        return train(config), ""
    except BaseException as error:
        return None, repr(error)


@mutant("tf1.12.8", replaces="launch", fails="test_results_in_order")
def as_they_come(train, configs, n_workers=2, timeout=60.0):
    """Results come in the order in which they are done: put them into the order of the configurations."""
    found = []

    def one(config):
        found.append(_entry(config, _ended(*_begun(train, config), timeout)))

    with ThreadPoolExecutor(n_workers) as pool:
        list(pool.map(one, configs))
    return found


@mutant("tf1.12.8", replaces="launch", fails="test_as_many_as_allowed")
def all_at_once(train, configs, n_workers=2, timeout=60.0):
    """You start all processes at once: no more than `n_workers` may run."""
    return _by_threads(train, configs, max(1, len(configs)), timeout)


@mutant("tf1.12.8", replaces="launch", fails="test_as_many_as_allowed")
def one_by_one(train, configs, n_workers=2, timeout=60.0):
    """You wait for each process before you start the next one: so many may run at the same time."""
    return _by_threads(train, configs, 1, timeout)


@mutant("tf1.12.8", replaces="launch", fails="test_as_many_as_allowed")
def in_waves(train, configs, n_workers=2, timeout=60.0):
    """You wait until a whole group is done: begin the next one as soon as any has ended."""
    found = []
    for first in range(0, len(configs), n_workers):
        found += _by_threads(train, configs[first : first + n_workers], n_workers, timeout)
    return found


@mutant("tf1.12.8", replaces="launch", fails="test_failures_stop_nobody")
def stops_at_the_first_error(train, configs, n_workers=2, timeout=60.0):
    """One that fails must not stop the others: report it, and go on."""
    found = _by_threads(train, configs, n_workers, timeout)
    for one in found:
        if one["error"]:
            raise RuntimeError(one["error"])
    return found


@mutant("tf1.12.8", replaces="launch", fails="test_failures_stop_nobody")
def no_error_is_success(train, configs, n_workers=2, timeout=60.0):
    """A process that has ended without having said anything has failed: an exit code of 0 does not mean it is done."""
    found = _by_threads(train, configs, n_workers, timeout)
    return [{**one, "error": "" if one["error"] == "died" else one["error"]} for one in found]


@mutant("tf1.12.8", replaces="launch", fails="test_failures_stop_nobody")
def leaves_failures_out(train, configs, n_workers=2, timeout=60.0):
    """Each configuration has its place in the result, also one that has failed."""
    return [one for one in _by_threads(train, configs, n_workers, timeout) if not one["error"]]


@mutant("tf1.12.8", replaces="launch", fails="test_failures_stop_nobody")
def message_alone(train, configs, n_workers=2, timeout=60.0):
    """An exception can have an empty message: say its class as well, or an error looks like none."""
    found = _by_threads(train, configs, n_workers, timeout)
    return [{**one, "error": "" if one["error"] == "RuntimeError()" else one["error"]} for one in found]


@mutant("tf1.12.8", replaces="launch", fails="test_ends_what_takes_too_long")
def one_time_for_all(train, configs, n_workers=2, timeout=60.0):
    """Each process has `timeout` seconds from its own start: those that had to wait are not late."""
    until = time.monotonic() + timeout

    def one(config):
        return _entry(config, _ended(*_begun(train, config), until - time.monotonic()))

    with ThreadPoolExecutor(n_workers) as pool:
        return list(pool.map(one, configs))


@mutant("tf1.12.8", replaces="launch", fails="test_ends_what_takes_too_long")
def leaves_them_running(train, configs, n_workers=2, timeout=60.0):
    """What is not done in time has to be ended, not only given up."""

    def one(config):
        receiver, process = _begun(train, config)
        if not receiver.poll(timeout):
            return _entry(config, (None, "late"))
        return _entry(config, _ended(receiver, process, 1.0))

    with ThreadPoolExecutor(n_workers) as pool:
        return list(pool.map(one, configs))


@mutant("tf1.12.8", replaces="launch", fails="test_large_results")
def joins_first(train, configs, n_workers=2, timeout=60.0):
    """You wait for a child's end before you read: it waits for you to read, since a pipe holds little."""

    def one(config):
        receiver, process = _begun(train, config)
        process.join(min(timeout, 3))
        return _entry(config, _ended(receiver, process, 0.0) if not process.is_alive() else _late(process))

    with ThreadPoolExecutor(n_workers) as pool:
        return list(pool.map(one, configs))


def _late(process):
    process.kill()
    process.join()
    return None, "late"


# ---------------------------------------------------------------- right answers


@alternative("tf1.12.8", replaces="launch")
def with_threads_that_wait(train, configs, n_workers=2, timeout=60.0):
    """A pool of threads, each of which waits for one child."""
    return _by_threads(train, configs, n_workers, timeout)


@alternative("tf1.12.8", replaces="launch")
def with_bare_forks(train, configs, n_workers=2, timeout=60.0):
    """With `os.fork`, and a file for each result."""
    import signal
    import tempfile

    def child(config, path):
        try:
            torch.set_num_threads(1)
            with contextlib.redirect_stderr(None):
                try:
                    said = train(config), ""
                except BaseException as error:
                    said = None, repr(error)
                with open(f"{path}.part", "wb") as file:
                    pickle.dump(said, file)
                os.replace(f"{path}.part", path)
        finally:
            os._exit(0)

    found, running, waiting = [None] * len(configs), {}, list(range(len(configs)))
    with tempfile.TemporaryDirectory() as folder:
        while waiting or running:
            while waiting and len(running) < n_workers:
                number = waiting.pop(0)
                process = os.fork()
                if process == 0:
                    child(configs[number], f"{folder}/{number}")
                running[process] = number, time.monotonic() + timeout
            for process, (number, end) in list(running.items()):
                over = os.waitpid(process, os.WNOHANG)[0] == process
                if not over and time.monotonic() > end:
                    os.kill(process, signal.SIGKILL)
                    os.waitpid(process, 0)
                    over = True
                if over:
                    del running[process]
                    said = None, "no result"
                    if os.path.exists(f"{folder}/{number}"):
                        with open(f"{folder}/{number}", "rb") as file:
                            said = pickle.load(file)  # noqa: S301
                    found[number] = _entry(configs[number], said)
            time.sleep(0.01)
    return found


@alternative("tf1.12.8", replaces="launch")
def with_a_semaphore(train, configs, n_workers=2, timeout=60.0):
    """A thread for each configuration, all of which ask for one of few places; queues. Says more than is asked."""
    places, found = threading.Semaphore(n_workers), {}

    def one(number, config):
        with places:
            queue = FORK.SimpleQueue()
            process = FORK.Process(target=lambda: queue.put(pickle.dumps(_safely(train, config))))
            process.start()
            until = time.monotonic() + timeout
            while process.is_alive() and queue.empty() and time.monotonic() < until:
                time.sleep(0.01)
            said = (None, "no result") if queue.empty() else pickle.loads(queue.get())  # noqa: S301
            process.kill()
            process.join()
            found[number] = {**_entry(config, said), "process": process.pid}

    waiting = [threading.Thread(target=one, args=pair) for pair in enumerate(configs)]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()
    return tuple(found[number] for number in range(len(configs)))


@alternative("tf1.12.8", replaces="launch")
def with_a_manager(train, configs, n_workers=2, timeout=60.0):
    """With a dict of a manager, which has a process of its own; looks at all children again and again."""

    def child(said, number):
        torch.set_num_threads(1)
        said[number] = pickle.dumps(_safely(train, configs[number]))

    waiting, running, ends = list(range(len(configs))), {}, {}
    with FORK.Manager() as manager:
        said = manager.dict()
        while waiting or running:
            while waiting and len(running) < n_workers:
                number = waiting.pop(0)
                running[number] = FORK.Process(target=child, args=(said, number))
                running[number].start()
                ends[number] = time.monotonic() + timeout
            time.sleep(0.01)
            for number, process in list(running.items()):
                if not process.is_alive() or time.monotonic() > ends[number]:
                    process.kill()
                    process.join()
                    del running[number]
        found = {number: pickle.loads(text) for number, text in said.items()}  # noqa: S301  # our own children's
    return [_entry(config, found.get(number, (None, "no result"))) for number, config in enumerate(configs)]
