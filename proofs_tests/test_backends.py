"""The same results from a cluster as from this process, and nothing lost when one of its workers is killed."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

distributed = pytest.importorskip("distributed")

NAMES = ["losses.l2_*", "losses.log_sum_exp"]
FLEETING = {"seconds", "date", "reused"}


def lasting(data):
    """The record without times."""
    if isinstance(data, dict):
        return {key: lasting(value) for key, value in data.items() if key not in FLEETING}
    return [lasting(value) for value in data] if isinstance(data, list) else data


def checking(folder, *options):
    written = ["--store", str(folder / "store.sqlite"), "--json", str(folder / "record.json")]
    return subprocess.Popen(
        [sys.executable, "-m", "theoremcheck", "check", *NAMES, *options, *written],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )


def recorded(folder):
    return lasting(json.loads((folder / "record.json").read_text()))


@pytest.fixture
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50, memory_limit=0
    ) as made:
        yield made


def test_a_killed_worker_costs_nothing(cluster, tmp_path):
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here = checking(tmp_path / "here", "-j", "1")
    assert here.communicate(timeout=300)[0]
    assert here.returncode == 0

    there = checking(tmp_path / "there", "--backend", "dask", "--scheduler", cluster.scheduler_address)
    lines = [there.stdout.readline() for _ in range(2)]
    with distributed.Client(cluster) as client:
        pids = client.run(os.getpid)
        victim, pid = next(iter(pids.items()))
        os.kill(pid, signal.SIGKILL)
        rest, errors = there.communicate(timeout=300)
        deadline = time.monotonic() + 60
        while victim in client.scheduler_info()["workers"] and time.monotonic() < deadline:
            time.sleep(0.1)
        assert victim not in client.scheduler_info()["workers"]
    assert there.returncode == 0, errors
    assert all(line.strip() for line in lines)
    assert recorded(tmp_path / "there") == recorded(tmp_path / "here")
    told = [line for line in [*lines, *rest.splitlines()] if line.startswith(("proved", "certified", "measured"))]
    assert len(told) == len({tuple(line.split()[:3]) for line in told}), "a result came twice"


def test_what_cannot_work_is_told(tmp_path):
    for options, told in (
        (["--scheduler", "tcp://127.0.0.1:1"], "--scheduler is the address of a cluster"),
        (["--backend", "dusk"], "no backend 'dusk'; did you mean dask?"),
        (["--backend", "dask", "--scheduler", "nonsense"], "no dask scheduler answers at nonsense"),
    ):
        process = checking(tmp_path, *options)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 2
        assert told in errors
        assert "Traceback" not in errors


def test_another_version_is_refused():
    from theoremcheck.interface.backends import NoCluster, _decide_the_same
    from theoremcheck.interface.store import Key

    key = Key("statement", "vae.gaussian_kl")
    with pytest.raises(NoCluster, match=r"another version of vae\.gaussian_kl"):
        _decide_the_same(lambda key: (key, {}, 0.0), key, "ours", lambda key: "theirs")
    assert _decide_the_same(lambda key: (key, {}, 0.0), key, "ours", lambda key: "ours")[0] == key


@pytest.mark.slow
def test_ray_decides_the_same(tmp_path):
    pytest.importorskip("ray")
    for name, options in (("here", ["-j", "1"]), ("there", ["-j", "2", "--backend", "ray"])):
        (tmp_path / name).mkdir()
        process = checking(tmp_path / name, *options)
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
    assert recorded(tmp_path / "there") == recorded(tmp_path / "here")
