"""How long the command line takes: the import, the help, a check into an empty store, and the same check again.

    python benchmarks/check_time.py [NAME or PATTERN ...] [-j JOBS]

Prints a Markdown table; the names are `gan vae` where none is given. A second check of unchanged statements should cost
less than two seconds of processor time, most of it the import of SymPy. A check that fails is timed all the same; its
exit status stands beside it.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from theoremcheck.interface.command import main; main()"]


def processor_seconds() -> float:
    """What all finished children have used so far, in user and in system mode."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(call: list[str]) -> tuple[float, float, int, str]:
    """Seconds of wall time and of processor time, exit status and what a check says of the store, of one call."""
    start, before = time.perf_counter(), processor_seconds()
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    reused = [line for line in done.stdout.splitlines() if line.startswith("reused")]
    wall, processor = time.perf_counter() - start, processor_seconds() - before
    return wall, processor, done.returncode, "".join(reused[-1:])


def main() -> None:
    """Time the calls and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=["gan", "vae"])
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = " ".join(["check", *options.names])
        check = [*PROGRAM, "check", *options.names, "-j", str(options.jobs), "--store", str(Path(folder) / "store")]
        calls = {
            "import theoremcheck": [sys.executable, "-c", "import theoremcheck"],
            "--help": [*PROGRAM, "--help"],
            "list": [*PROGRAM, "list"],
            f"{told}, empty store": check,
            f"{told}, again": check,
        }
        print("| call | seconds | processor | status | store |\n|---|---:|---:|---:|---|")
        for name, call in calls.items():
            wall, processor, status, last = timed(call)
            print(f"| {name} | {wall:.2f} | {processor:.2f} | {status} | {last} |", flush=True)


if __name__ == "__main__":
    main()
