"""Has jobs done by workers that may be killed at any moment: none is lost, and a deadly one harms no other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from autograder.classroom.executors import Workforce
from course.errors import EngineError

J = TypeVar("J")
T = TypeVar("T")
AHEAD = 4  # jobs handed over per worker, so that none waits for work
RETRIES = 2  # how often a job is tried again, alone, that may have had its worker killed


@dataclass(frozen=True)
class Done(Generic[J, T]):
    """What became of a job: a value, or the error it ended in."""

    job: J
    value: T | None = None
    error: Exception | None = None


class Dispatcher(Generic[J, T]):
    """Has `function` called for each job, and yields each outcome as soon as it is there.

    When a worker is killed the executor breaks and is made again. The jobs that may have been at work are then tried
    one by one, alone, so that the one which is to blame is known and takes no other down with it.
    """

    def __init__(self, workforce: Workforce, function: Callable[[J], T]) -> None:
        self._workforce = workforce
        self._function = function

    def run(self, jobs: Sequence[J]) -> Iterator[Done[J, T]]:
        """Yield one outcome per job; the error of one whose workers were killed is an `EngineError`."""
        waiting = deque(jobs)
        suspects: deque[J] = deque()
        while waiting or suspects:
            if suspects:
                yield self._alone(suspects.popleft())
            else:
                yield from self._together(waiting, suspects)

    def _together(self, waiting: deque[J], suspects: deque[J]) -> Iterator[Done[J, T]]:
        """Work off `waiting`; when the executor breaks, put what was begun into `suspects` and the rest back."""
        workers = max(1, min(self._workforce.workers, len(waiting)))
        executor = self._workforce.make(workers)
        flying: dict[Future[T], J] = {}
        try:
            while waiting or flying:
                while waiting and len(flying) < AHEAD * workers:
                    future = self._submitted(executor, waiting[0])
                    if future is None:
                        break
                    flying[future] = waiting.popleft()
                ready = wait(flying, return_when=FIRST_COMPLETED).done
                broken = not ready
                for future in ready:
                    done = self._outcome(flying[future], future)
                    if done is None:
                        broken = True
                        break
                    del flying[future]
                    yield done
                if broken:
                    wait(flying)
                    yield from self._sorted_out(flying, workers, waiting, suspects)
                    return
        finally:
            for future in flying:  # where the results are wanted no more
                future.cancel()
            executor.shutdown(wait=True)

    def _submitted(self, executor: Executor, job: J) -> Future[T] | None:
        try:
            return executor.submit(self._function, job)
        except BrokenExecutor:
            return None

    def _sorted_out(
        self, flying: dict[Future[T], J], workers: int, waiting: deque[J], suspects: deque[J]
    ) -> Iterator[Done[J, T]]:
        """Yield what was done before the executor broke. The oldest that are left are suspects.

        There is one more of them than workers: a result may have been on its way when the executor broke.
        """
        left = []
        for future, job in flying.items():
            done = self._outcome(job, future)
            if done is None:
                left.append(job)
            else:
                yield done
        suspects.extend(left[: workers + 1])
        waiting.extendleft(reversed(left[workers + 1 :]))

    def _alone(self, job: J) -> Done[J, T]:
        """Try a job again that may have had its worker killed."""
        for _ in range(RETRIES):
            with self._workforce.make(1) as executor:
                future = self._submitted(executor, job)
                done = self._outcome(job, future) if future else None
            if done is not None:
                return done
        trouble = (
            f"Its worker was killed each of the {RETRIES} times it was judged alone, for want of memory or from "
            "outside. Free some memory, or lower the chapter's memory limit, and run again."
        )
        return Done(job, error=EngineError(trouble))

    def _outcome(self, job: J, future: Future[T]) -> Done[J, T] | None:
        """What became of a job, or None where its worker was killed. Waits for it."""
        try:
            return Done(job, future.result())
        except BrokenExecutor:
            return None
        except Exception as error:  # a mistake of ours must not keep the rest of the class waiting
            return Done(job, error=error)
