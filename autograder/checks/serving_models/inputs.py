"""What the checks of serving models share: probes that start a server, ask it and stop it, within one call.

The server listens on 127.0.0.1; where a submission has no internet sockets (tier T3), on a Unix socket of its own.
"""

from typing import Any

from autograder.testing.closed import chosen


def all_chosen(answer: Any, right: dict[str, str], options: set[str]) -> None:
    """Assert that a word has been chosen for each case, and the right one."""
    assert isinstance(answer, dict) and answer.keys() == right.keys(), "the cases are others"
    for key, word in right.items():
        chosen(answer[key], options, right=[word])


# ---------------------------------------------------------------- probes: run in the student's process, hold no secret


class Server:
    """Probe: uvicorn in a thread, for an application; `request` asks it, `close` ends it."""

    def __init__(self, app):
        import asyncio
        import shutil
        import socket
        import tempfile
        import threading
        import time

        import uvicorn

        self.folder, self.path = tempfile.mkdtemp(), None
        self.clean = lambda: shutil.rmtree(self.folder, ignore_errors=True)
        try:
            self.socket = socket.socket(socket.AF_INET)
            self.socket.bind(("127.0.0.1", 0))
        except PermissionError:
            self.path = self.folder + "/server.socket"
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.bind(self.path)
        self.socket.listen(128)
        config = uvicorn.Config(app, log_config=None, log_level="critical", loop="asyncio", timeout_graceful_shutdown=5,
                                timeout_keep_alive=60)  # fmt: skip
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=lambda: asyncio.run(self.server.serve(sockets=[self.socket])), daemon=True
        )
        self.thread.start()
        end = time.monotonic() + 30
        while not self.server.started:
            if time.monotonic() > end or not self.thread.is_alive():
                raise RuntimeError("the application does not start")
            time.sleep(0.005)

    def connection(self):
        """A connection of the standard library's."""
        import http.client
        import socket

        if self.path is None:
            return http.client.HTTPConnection("127.0.0.1", self.socket.getsockname()[1], timeout=20)
        made = http.client.HTTPConnection("localhost", timeout=20)
        made.sock = socket.socket(socket.AF_UNIX)
        made.sock.settimeout(20)
        made.sock.connect(self.path)
        return made

    def client(self):
        """A client of httpx."""
        import httpx

        if self.path is None:
            return httpx.Client(base_url=f"http://127.0.0.1:{self.socket.getsockname()[1]}", timeout=20)
        transport = httpx.HTTPTransport(uds=self.path)
        return httpx.Client(transport=transport, base_url="http://localhost", timeout=20)

    def request(self, method, target, body=None, kind="application/json", connection=None):
        """The status, and the content of an answer: what its JSON says, or None."""
        import json

        made = connection or self.connection()
        try:
            data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
            made.request(method, target, data, {} if data is None else {"Content-Type": kind})
            answer = made.getresponse()
            text = answer.read()
            try:
                return [answer.status, json.loads(text)]
            except ValueError:
                return [answer.status, None]
        finally:
            if connection is None:
                made.close()

    def close(self):
        self.server.should_exit = True
        self.thread.join(10)
        self.socket.close()
        self.clean()


class Models:
    """Probe: a loader of models that are given by their files' names. A model multiplies rows by a number and adds
    one. Loads and calls are counted. What is slow waits until it is released: a file whose name begins with "slow",
    and rows that begin with -777."""

    def __init__(self, numbers):
        import threading

        self.numbers, self.loads, self.calls = numbers, [], []
        self.entered, self.released = threading.Event(), threading.Event()

    def load(self, path):
        name = str(path)
        self.loads.append(name)
        if name.startswith("slow"):
            self.wait()
        if name not in self.numbers:
            raise FileNotFoundError("there is no such file")
        factor, addend = self.numbers[name]

        def model(X):
            import numpy as np

            self.calls.append([name, str(type(X).__name__), str(getattr(X, "dtype", "")), list(np.shape(X))])
            if X[0, 0] == -777:
                self.wait()
            if X[0, 0] == -555:
                raise ValueError("such rows can't be predicted")
            if X[0, 0] == -666:
                raise (ZeroDivisionError, KeyError, TypeError)[int(X[0, 1])]("the model is broken")
            found = X * factor + addend
            return found[:, 0] if name.endswith("one") else found

        return model

    def wait(self):
        self.entered.set()
        for _ in range(800):  # 8 seconds, and more on a machine that stands still meanwhile
            if self.released.wait(0.01):
                return
        raise TimeoutError("it was not released")

    def raised(self, error):
        """What an exception counts as: a class of one's own is what it is made from."""
        return "raises " + next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")


def registered(registry_class, models_class, numbers, steps):
    """Probe: what each step with a registry gives, and what has been loaded."""
    models = models_class(numbers)
    registry, found = registry_class(models.load), []
    for step, *arguments in steps:
        try:
            if step in ("active", "versions"):
                value = getattr(registry, step)
                found.append(value if step == "active" else list(value))
            elif step == "ask":
                import numpy as np

                version, model = registry.model(*arguments)
                found.append([version, np.asarray(model(np.array([[1.0]]))).ravel().tolist()])
            else:
                found.append(getattr(registry, step)(*arguments))
        except NotImplementedError:
            raise  # not begun
        except Exception as error:
            found.append(models.raised(error))
    return found, models.loads


def served(server_class, registry_class, models_class, make_app, numbers, steps):
    """Probe: what each step with a registry and its server gives: of requests the status and the content, and of slow
    ones, which run beside the others from "begin" to "end", what they give in the end."""
    import threading
    import time

    models = models_class(numbers)
    registry = registry_class(models.load)
    server, found, slow = server_class(make_app(registry)), [], {}

    def aside(key, function, arguments):
        try:
            slow[key].append(function(*arguments))
        except Exception as error:
            slow[key].append(models.raised(error))

    try:
        for step, *arguments in steps:
            if step == "begin":
                what, *rest = arguments
                function = server.request if what == "request" else getattr(registry, what)
                models.entered.clear()
                models.released.clear()
                slow[what] = []
                thread = threading.Thread(target=aside, args=(what, function, rest), daemon=True)
                thread.start()
                end = time.monotonic() + 20
                while thread.is_alive() and time.monotonic() < end and not models.entered.wait(0.02):
                    pass
                found.append("began" if models.entered.is_set() else "never asked the model")
            elif step == "end":
                models.released.set()
                thread.join(20)
                found.append(slow[arguments[0]][0] if slow[arguments[0]] else "does not end")
            elif step == "calls":
                found.append([list(models.loads), list(models.calls)])
            else:
                try:
                    done = server.request if step == "request" else getattr(registry, step)
                    found.append(done(*arguments))
                except NotImplementedError:
                    raise
                except TimeoutError:
                    found.append("no answer")
                except Exception as error:
                    found.append(models.raised(error))
    finally:
        models.released.set()
        server.close()
    return found


def loaded_server(server_class, registry_class, models_class, make_app, numbers, n_clients):
    """Probe: clients that ask without pause while a second version comes and goes. Returns all statuses that came, 0
    for a request that was lost; what each client was told by which version; and which versions answered what was begun
    and answered while the first one was active, the second, and the first again."""
    import threading
    import time

    models = models_class(numbers)
    registry = registry_class(models.load)
    registry.publish("v1", "first")
    registry.activate("v1")
    server = server_class(make_app(registry))
    done, phase, stop = [[] for _ in range(n_clients)], [0], threading.Event()

    def ask(number):
        connection, body = server.connection(), {"instances": [[float(number), 0.5]] * 4}
        while not stop.is_set():
            began = phase[0]
            try:
                answer = server.request("POST", "/predict", body, connection=connection)
            except Exception as error:
                answer = [0, type(error).__name__]
            done[number].append([began, phase[0], *answer])
            if answer[0] == 0:
                return

    def some_more():
        enough, end = [len(one) + 6 for one in done], time.monotonic() + 12
        while time.monotonic() < end and any(
            thread.is_alive() and len(one) < n for thread, one, n in zip(threads, done, enough, strict=True)
        ):
            time.sleep(0.002)

    threads = [threading.Thread(target=ask, args=(number,), daemon=True) for number in range(n_clients)]
    try:
        for thread in threads:
            thread.start()
        some_more()
        registry.publish("v2", "second")
        some_more()
        for step in ("activate", "rollback"):
            phase[0] += 1  # either may answer
            registry.activate("v2") if step == "activate" else registry.rollback()
            phase[0] += 1
            some_more()
    finally:
        stop.set()
        for thread in threads:
            thread.join(15)
        server.close()
    statuses = sorted({status for one in done for _, _, status, _ in one})
    answers = [[n, *rest, a] for n, one in enumerate(done) for *rest, status, a in one if status == 200]
    seen = sorted({(n, a["version"], tuple(map(tuple, a["predictions"]))) for n, _, _, a in answers})
    wholly = [[began, a["version"]] for _, began, ended, a in answers if began == ended]
    phases = [sorted({version for began, version in wholly if began == number}) for number in (0, 2, 4)]
    return statuses, [[n, version, [list(row) for row in rows]] for n, version, rows in seen], phases
