"""How long the command line takes: help, list, a check of everything into an empty store, and the same check again.

    python benchmarks/check_time.py [NAME or PATTERN ...] [-j JOBS]

Prints a Markdown table. A check that fails is timed all the same; its exit status stands in the last column.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from theoremcheck.interface.command import main; main()"]


def timed(arguments: list[str]) -> tuple[float, int, str]:
    """Seconds of wall time, exit status and last line of one call."""
    start = time.perf_counter()
    done = subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    return time.perf_counter() - start, done.returncode, lines[-1].strip() if lines else ""


def main() -> None:
    """Time the calls and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        check = ["check", *options.names, "-j", str(options.jobs), "--store", str(Path(folder) / "store")]
        calls = {"--help": ["--help"], "list": ["list"], "check, empty store": check, "check again": check}
        print("| call | seconds | status | last line |\n|---|---:|---:|---|")
        for name, arguments in calls.items():
            seconds, status, last = timed(arguments)
            print(f"| {name} | {seconds:.2f} | {status} | {last} |", flush=True)


if __name__ == "__main__":
    main()
