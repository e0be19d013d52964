"""Ending the processes that this one has started, and those that they have started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from functools import cache
from pathlib import Path
from threading import Thread


@cache
def end_with_parent() -> None:
    """Let this worker leave Ctrl-C to its parent, and end, with its children, once the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        kill_children()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def kill_children() -> None:
    """Kill all descendants of this process at once."""
    for process in reversed(_descendants(os.getpid(), _parents())):
        try:
            os.kill(process, signal.SIGKILL)
        except OSError:
            continue


def _descendants(process: int, parents: dict[int, int]) -> list[int]:
    own = [child for child, parent in parents.items() if parent == process]
    return own + [one for child in own for one in _descendants(child, parents)]


def _parents() -> dict[int, int]:
    """The parent of each process, from /proc or, where there is none, from ps."""
    found: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(stat.parent.name)] = int(fields[1])
    if found:
        return found
    listing = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
    return {int(child): int(parent) for child, parent in (line.split() for line in listing.splitlines())}
