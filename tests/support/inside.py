"""A submission that tries, from inside its kernel, what it may not do."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.isolation.tiers import Tier
from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings
from course.syllabus import Limits

LIMITS = Limits(cell_seconds=20, wall_seconds=60, memory_mb=600, processes=64, disk_mb=16, file_mb=8, cpu_seconds=60)
CELL = '''
import ctypes, os, signal, socket, subprocess, sys, time

def attempt(function, *arguments):
    """Return "done", or the name of the error."""
    try:
        function(*arguments)
    except BaseException as error:
        return type(error).__name__
    return "done"

def reads(path):
    return attempt(lambda: open(path, "rb").read(1))

def lists(path):
    return attempt(os.listdir, path)

def writes(path):
    return attempt(lambda: open(path, "w").write("x"))

def connects(family, address):
    def connect():
        with socket.socket(family) as made:
            made.settimeout(2)
            made.connect(tuple(address) if isinstance(address, list) else address)
    return attempt(connect)

def opens(family, protocol):
    return attempt(lambda: socket.socket(family, socket.SOCK_RAW, protocol).close())

def adds_an_address():
    """Ask the kernel for another address on the loopback, as `ip address add 10.1.2.3/8 dev lo` does."""
    import struct
    header = struct.pack("IHHII", 40, 20, 0x605, 1, 0) + struct.pack("BBBBI", 2, 8, 0, 0, 1)
    address = b"".join(struct.pack("HH4s", 8, kind, bytes([10, 1, 2, 3])) for kind in (1, 2))
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as made:
        made.send(header + address)
        return os.strerror(-struct.unpack_from("i", made.recv(4096), 16)[0])

def sums_in_a_group(n, keeps=""):
    """What processes that are forked get from `all_reduce` of torch.distributed; afterwards they go, or sleep under a
    name."""
    import multiprocessing, tempfile
    import torch, torch.distributed as dist
    context = multiprocessing.get_context("fork")
    queue, where = context.SimpleQueue(), f"file://{tempfile.mkdtemp()}/group"
    def work(rank):
        torch.set_num_threads(1)
        dist.init_process_group("gloo", init_method=where, rank=rank, world_size=n)
        total = torch.tensor([2.0**rank])
        dist.all_reduce(total)
        queue.put(float(total))
        if keeps:
            ctypes.CDLL(None).prctl(15, keeps.encode())  # its name
            time.sleep(60)
    made = [context.Process(target=work, args=(rank,)) for rank in range(n)]
    for process in made:
        process.start()
    if not keeps:
        for process in made:
            process.join(20)
    return [queue.get() for _ in made] if keeps or not any(process.exitcode for process in made) else []

def signals(number):
    return attempt(os.kill, number, 0)

def system_call(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    return "done" if libc.syscall(number, *arguments) >= 0 else os.strerror(ctypes.get_errno())

def status():
    lines = open("/proc/self/status").read().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

def whoami():
    return os.getuid(), os.getpid(), os.getcwd(), dict(os.environ)

def uses_workers():
    import torch
    from torch.utils.data import DataLoader, TensorDataset
    data = TensorDataset(torch.arange(8.0))
    return sum(float(batch[0].sum()) for batch in DataLoader(data, batch_size=2, num_workers=2))

def uses_a_shell():
    return subprocess.run("echo hello", shell=True, capture_output=True, text=True).stdout

def fills(path):
    written = 0
    try:
        for number in range(64):
            with open(f"{path}/{number}", "wb") as file:
                written += file.write(b"x" * (1 << 20))
    except OSError as error:
        return written >> 20, type(error).__name__
    return written >> 20, "done"

def many_processes():
    made = []
    try:
        while len(made) < 300:
            made.append(subprocess.Popen(["sleep", "20"]))
    except OSError as error:
        return len(made), type(error).__name__
    finally:
        for process in made:
            process.kill()
            process.wait()
    return len(made), "done"

def keeps_processes():
    made = [subprocess.Popen(["sleep", "20"]) for _ in range(150)]
    time.sleep(5)
    return len(made)

def loaded(name, source):
    import warnings
    from course.datasets import load
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = load(name, source=source)
    return found.source, found.label, [str(one.message) for one in said]

def random_numbers():
    import random, numpy, torch
    return random.random(), float(numpy.random.rand()), float(torch.rand(1))
'''


def opened(tier: Tier, seed: str = "") -> NotebookSession:
    made = new_notebook(cells=[new_code_cell(CELL)])
    session = NotebookSession(made, LIMITS, 60, Settings(tier=tier, minimum_tier=tier), seed)
    session.start()
    return session
