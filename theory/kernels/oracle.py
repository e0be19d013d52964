"""Asking an oracle that may fail, hang or know nothing: computer algebra suggests and objects, on a short leash."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


class _Silence(BaseException):
    """The oracle took too long; not an Exception, so that no handler inside the oracle swallows it."""


def ask(question: Callable[[], T], seconds: float) -> T | None:
    """The oracle's answer; None where it raises, or takes more than `seconds` of processor time (so that a busy
    machine changes nothing), or off the main thread, where no one can stop it.
    """
    if threading.current_thread() is not threading.main_thread():
        return None

    def stop(signum: int, frame: FrameType | None) -> None:
        raise _Silence

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        return question()
    except (_Silence, Exception):
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
