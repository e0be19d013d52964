"""Where the deciding is done: in this process, in processes of this machine, or on a cluster, all through joblib.

A cluster's worker decides in a clean process of its own, as this machine's workers do, so that the results are the
same; and it first compares the digest of what it would decide with ours, so that no other version of a statement is
judged in its place.
"""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from functools import cache
from itertools import islice
from logging import ERROR
from typing import Any

from .store import Key

Decided = tuple[Key, dict[str, Any], float]
Work = Callable[[Key], Decided]

BACKENDS = ("loky", "dask", "ray")
"""Processes of this machine; a dask cluster; a ray cluster."""

DASK_PATIENCE = 60.0
"""Seconds to wait for a cluster's first worker."""


class WorkerDied(Exception):
    """A process that decided something was killed from outside, mostly for want of memory."""


class NoCluster(Exception):
    """The cluster cannot be reached or used; the message says why and what would be right."""


def in_processes(work: Work, keys: Iterator[Key], jobs: int) -> Iterator[Decided]:
    """The results from processes of this machine, as they come. Raises WorkerDied."""
    from joblib import Parallel, delayed

    warnings.filterwarnings("ignore", message=".*have been cancelled", module="joblib")
    pool = Parallel(n_jobs=jobs, backend="loky", return_as="generator_unordered", batch_size=1)
    try:
        yield from pool(delayed(work)(key) for key in keys)
    except BrokenExecutor as death:
        reason = str(death).partition("\n")[0]
        raise WorkerDied(f"a worker process died: {reason} Fewer jobs (-j) need less memory.") from None


def on_cluster(
    work: Work, digests: Callable[[Key], str], keys: Iterator[Key], jobs: int, backend: str, scheduler: str | None
) -> Iterator[Decided]:
    """The results from a dask or ray cluster, as they come; without an address, a cluster of `jobs` workers here.

    What a worker had begun when it died is begun again by another. Raises NoCluster and WorkerDied.
    """
    from joblib import Parallel, delayed

    warnings.filterwarnings("ignore", message=".*have been cancelled", module="joblib")
    with {"dask": _dask, "ray": _ray}[backend](jobs, scheduler) as (chosen, workers):
        calls = (delayed(decide_remotely)(work, key, digests(key), digests) for key in keys)
        try:
            if backend == "ray":  # whose joblib backend hands out lists only
                while some := list(islice(calls, 4 * workers)):
                    yield from Parallel(n_jobs=workers, backend=chosen, batch_size=1)(some)
            else:
                pool = Parallel(n_jobs=workers, backend=chosen, return_as="generator_unordered", batch_size=1)
                yield from pool(calls)
        except NoCluster:
            raise
        except Exception as death:
            if type(death).__name__ in ("KilledWorker", "WorkerCrashedError", "OutOfMemoryError"):
                raise WorkerDied(f"the workers died of it again and again: {death}") from None
            raise


def decide_remotely(work: Work, key: Key, digest: str, digests: Callable[[Key], str]) -> Decided:
    """On a cluster's worker: the result from a clean process that ends with the worker."""
    # Clusters start their workers as daemons, which may have no children unless they forget that.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    return _clean_process().submit(_decide_the_same, work, key, digest, digests).result()  # type: ignore[no-any-return]


def _clean_process() -> Any:
    from joblib.externals.loky import get_reusable_executor

    return get_reusable_executor(max_workers=1, timeout=None)


def _decide_the_same(work: Work, key: Key, digest: str, digests: Callable[[Key], str]) -> Decided:
    if digests(key) != digest:
        raise NoCluster(
            f"a worker has another version of {key.name}: install the same theoremcheck and libraries there"
        )
    return work(key)


@contextmanager
def _dask(jobs: int, scheduler: str | None) -> Iterator[tuple[Any, int]]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise NoCluster("--backend dask needs distributed: pip install 'theoremcheck[dask]'") from None
    local = None
    try:
        if scheduler is None:
            local = LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None, silence_logs=ERROR)
        client = Client(local or scheduler, timeout="20s")
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise NoCluster(f"no dask scheduler answers at {scheduler}: {str(error) or type(error).__name__}") from None
    try:
        try:
            client.wait_for_workers(1, timeout=DASK_PATIENCE)
        except TimeoutError:
            raise NoCluster(f"the dask scheduler at {scheduler} has no worker: start dask worker {scheduler}") from None
        yield _backend()(client=client), max(1, sum(client.ncores().values()))
    finally:
        client.close()
        if local is not None:
            local.close()


@cache
def _backend() -> Any:
    """joblib's dask backend, which hands on a task's failure as well (it would wait for ever)."""
    import asyncio

    from joblib._dask import DaskDistributedBackend

    class Telling(DaskDistributedBackend):  # type: ignore[misc]
        def __reduce__(self) -> Any:
            return DaskDistributedBackend, ()

        async def _collect(self) -> None:
            while self._continue:
                async for future, result in self.waiting_futures:
                    promise, callback = self._results.pop(future), self._callbacks.pop(future)
                    if future.status == "error":
                        promise.set_exception(result[1])
                        callback(result[1])
                    else:
                        promise.set_result(result)
                        callback(result)
                await asyncio.sleep(0.01)

        def retrieve_result_callback(self, out: Any) -> Any:
            if isinstance(out, BaseException):
                raise out
            return super().retrieve_result_callback(out)

    return Telling


@contextmanager
def _ray(jobs: int, scheduler: str | None) -> Iterator[tuple[Any, int]]:
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError:
        raise NoCluster("--backend ray needs ray: pip install ray") from None
    try:
        ray.init(
            address=scheduler, num_cpus=None if scheduler else jobs, include_dashboard=False, logging_level="error"
        )
    except ConnectionError as error:
        raise NoCluster(f"no ray cluster answers at {scheduler}: {error}") from None
    try:
        register_ray()
        yield "ray", jobs
    finally:
        ray.shutdown()
