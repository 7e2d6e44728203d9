"""Training on several devices, several networks at once (tf1.12.8), a process for each: the answers."""

import multiprocessing
import pickle
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

import torch


def _report(connection: Connection, function: Callable[..., Any], *arguments: Any) -> None:
    """Say in a child what a function has returned or raised."""
    torch.set_num_threads(1)  # threads that the parent has begun are not there after a fork
    try:
        message = pickle.dumps((function(*arguments), ""))
    except BaseException as error:
        message = pickle.dumps((None, f"{type(error).__name__}: {error}"))
    connection.send_bytes(message)


def _said(connection: Any) -> tuple[Any, str]:
    """Return what a child has reported: (result, error)."""
    try:
        result, error = pickle.loads(connection.recv_bytes())  # noqa: S301  # our own child's
    except EOFError:
        return None, "its process ended before it was done"
    return result, error


def _begun(function: Callable[..., Any], *arguments: Any) -> tuple[Any, Any]:
    """Call a function in a child; return what it will report to, and the child."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(sender, function, *arguments))
    process.start()
    sender.close()  # else the end of the process could not be seen here
    return receiver, process


def launch(
    train: Callable[[Any], Any], configs: Sequence[Any], n_workers: int = 2, timeout: float = 60.0
) -> list[dict[str, Any]]:
    """Call a function for each configuration, each time in a process of its own.

    Parameters
    ----------
    train : any function, also one from a notebook's cell; takes a configuration, and
        returns anything that can be pickled, large arrays among it.
    configs : of any kind; none, one or more.
    n_workers : at no time more processes than this run, and as many as this as long as
        there is work for them; 1 or more.
    timeout : how many seconds each process may take, counted from its own start.

    Returns
    -------
    For each configuration, in the order of `configs`, a dict

    - ``"config"`` : the configuration;
    - ``"result"`` : what `train` has returned; None if there is nothing;
    - ``"error"`` : "" if all went well; else a text that is not empty: `train` has
      raised something (`SystemExit` and the like, too), its process has ended in
      another way, or it was not done in time and was ended.

    What happens to one configuration has no effect on the others. When this function
    ends, all its processes have ended.

    Examples
    --------
    >>> [done["result"] for done in launch(lambda config: 10 / config, [1, 2, 5])]
    [10.0, 5.0, 2.0]
    >>> launch(lambda config: 10 / config, [0])[0]["error"] != ""
    True
    """
    waiting = list(enumerate(configs))
    results = [{"config": config, "result": None, "error": "it was not done in time"} for config in configs]
    running: dict[Any, tuple[int, Any, float]] = {}  # its number, its process, and when it has to be done
    try:
        while waiting or running:
            while waiting and len(running) < n_workers:
                number, config = waiting.pop(0)
                connection, process = _begun(train, config)
                running[connection] = number, process, time.monotonic() + timeout
            left = min(end for *_, end in running.values()) - time.monotonic()
            for connection in wait(list(running), max(0.0, left)):
                number, process, _ = running.pop(connection)
                results[number]["result"], results[number]["error"] = _said(connection)
                process.join()
            for connection, (_, process, end) in list(running.items()):
                if time.monotonic() > end:
                    del running[connection]
                    process.kill()  # `terminate` can be ignored
                    process.join()
    finally:
        for _, process, _ in running.values():
            process.kill()
            process.join()
    return results
