"""Asking a witness that may fail, hang or know nothing: computer algebra suggests and objects, on a short
leash.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


class _Silence(BaseException):
    """The witness took too long; not an Exception, so that no handler inside the witness swallows it."""


def ask(question: Callable[[], T], seconds: float) -> T | None:
    """The witness's answer; None where it raises or takes longer than `seconds`, or off the main thread,
    where no one can stop it.
    """
    if threading.current_thread() is not threading.main_thread():
        return None

    def stop(signum: int, frame: FrameType | None) -> None:
        raise _Silence

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return question()
    except (_Silence, Exception):
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
