"""Budgets that really stop a computation: it runs in a process of its own, with a limit on its time and its memory."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures import TimeoutError as Timeout
from dataclasses import dataclass
from typing import TypeVar

from pebble import ProcessExpired, concurrent

T = TypeVar("T")

_FORK = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)


@dataclass(frozen=True)
class Budget:
    """seconds of wall time and bytes of address space beyond what the parent already holds."""

    seconds: float = 60.0
    memory: int = 4 << 30


class OutOfBudget(Exception):
    """The computation was stopped: its message says which limit it met."""


def _held_memory() -> int:
    """Bytes of address space that this process holds; 0 where the system does not say."""
    try:
        with open("/proc/self/statm") as statm:
            return resource.getpagesize() * int(statm.read().split()[0])
    except OSError:
        return 0


def run(task: Callable[[], T], budget: Budget) -> T:
    """The value of task(), computed in a child process that is killed when the budget is spent.

    Raises OutOfBudget when a limit is met or the child dies, and whatever the task itself raises.
    """

    def limited() -> T:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (_held_memory() + budget.memory, hard))
        return task()

    future = concurrent.process(timeout=budget.seconds, context=_FORK)(limited)()
    try:
        result: T = future.result()
        return result
    except Timeout:
        raise OutOfBudget(f"stopped after {budget.seconds:g} s") from None
    except MemoryError:
        raise OutOfBudget(f"stopped at {budget.memory / 2**30:.1f} GiB of memory") from None
    except RecursionError:
        raise OutOfBudget("stopped by the limit on recursion") from None
    except ProcessExpired as death:
        raise OutOfBudget(f"the process died (exit code {death.exitcode})") from None
    except BaseException:
        future.cancel()
        raise
