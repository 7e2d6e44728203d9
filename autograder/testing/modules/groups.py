"""Groups of processes of `torch.distributed`, also where a submission may open no sockets."""

# Its text is written for a student's process, and torch's own classes are typed for other uses.
# mypy: disable-error-code="misc,name-defined,call-arg,override"

from typing import Any

from autograder.engine.wire.proxy import Student


def group_backend(student: Student) -> str:
    """Return the name of the backend with which the submission's processes can form a group.

    It is ``"gloo"``, or, where it may have no internet sockets (tier T3), a small one that is made known in its
    process: it hands numbers over in files, and knows `broadcast`, `all_reduce` (sums, means, maxima, …), `all_gather`,
    `reduce` and `barrier`.

    Processes that are forked later know it. Tell students to pass on the name they get.
    """
    return str(student.probe_(_backend)(student.probe_(_Done), student.probe_(_Collectives)))


def _backend(done: Any, collectives: Any) -> str:
    """Probe: "gloo" where it works, else the name of what takes its place."""
    import socket

    import torch.distributed as dist

    try:
        with socket.socket(socket.AF_INET) as made:
            made.bind(("127.0.0.1", 0))
        return "gloo"
    except OSError:
        pass
    if not hasattr(dist.Backend, "FILES"):
        work = type("Done", (done, getattr(dist, "_Work")), {})  # noqa: B009  # it has no other name
        group: Any = type("Files", (collectives, dist.ProcessGroup), {"done": work})
        dist.Backend.register_backend("files", lambda store, rank, size, _: group(store, rank, size), devices=["cpu"])
    return "files"


class _Done:
    """Probe: what is over by the time it is returned."""

    def __init__(self, result: Any) -> None:
        import torch

        super().__init__()
        self.future: Any = torch.futures.Future()
        self.future.set_result(result)

    def wait(self, *_: Any) -> bool:
        return True

    def is_completed(self) -> bool:
        return True

    def get_future(self) -> Any:
        return self.future


class _Collectives:
    """Probe: a process group in which every rank says what it has, and each takes what it needs."""

    done: Any  # makes what the methods return

    def __init__(self, store: Any, rank: int, size: int) -> None:
        super().__init__(rank, size)
        self.store, self.me, self.n, self.turn = store, rank, size, 0

    def _told(self, mine: Any) -> list[Any]:
        import pickle

        import torch

        self.turn += 1
        self.store.set(f"{self.turn}.{self.me}", pickle.dumps([one.detach().numpy().copy() for one in mine]))
        parts = [self.store.get(f"{self.turn}.{rank}") for rank in range(self.n)]
        return [[torch.as_tensor(one) for one in pickle.loads(part)] for part in parts]  # noqa: S301  # a sibling's

    def allreduce(self, tensors: Any, opts: Any = None) -> Any:
        import torch
        import torch.distributed as dist

        kind = getattr(opts, "reduceOp", dist.ReduceOp.SUM)
        parts = self._told(tensors)
        for place, tensor in enumerate(tensors):
            stacked = torch.stack([part[place].reshape(tensor.shape) for part in parts])
            if kind == dist.ReduceOp.MAX or kind == dist.ReduceOp.MIN:
                found = stacked.amax(0) if kind == dist.ReduceOp.MAX else stacked.amin(0)
            elif kind == dist.ReduceOp.PRODUCT:
                found = stacked.prod(0)
            else:
                found = stacked.sum(0) if kind == dist.ReduceOp.SUM else stacked.mean(0)
            tensor.detach().copy_(found)
        return self.done(tensors)

    allreduce_coalesced = allreduce

    def reduce(self, tensors: Any, opts: Any) -> Any:
        before = [tensor.clone() for tensor in tensors]
        self.allreduce(tensors, opts)
        if opts.rootRank != self.me:
            for tensor, kept in zip(tensors, before, strict=True):
                tensor.detach().copy_(kept)
        return self.done(tensors)

    def broadcast(self, tensors: Any, opts: Any = None) -> Any:
        root = getattr(opts, "rootRank", 0)
        for tensor, found in zip(tensors, self._told(tensors)[root], strict=True):
            tensor.detach().copy_(found.reshape(tensor.shape))
        return self.done(tensors)

    def allgather(self, outputs: Any, tensors: Any, opts: Any = None) -> Any:
        for place, (listed, parts) in enumerate(zip(outputs, [self._told(tensors)] * len(outputs), strict=True)):
            for output, part in zip(listed, parts, strict=True):
                output.detach().copy_(part[place].reshape(output.shape))
        return self.done(outputs)

    def _allgather_base(self, output: Any, tensor: Any, opts: Any = None) -> Any:
        import torch

        found = torch.cat([part[0].reshape(-1) for part in self._told([tensor])])
        output.detach().copy_(found.reshape(output.shape))
        return self.done([output])

    def barrier(self, opts: Any = None) -> Any:
        self._told([])
        return self.done([])

    def size(self) -> int:
        return self.n

    def getBackendName(self) -> str:  # noqa: N802  # as it is called
        return "files"
