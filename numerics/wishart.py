"""Spectra of random and given matrices: dense ones on a processor or an accelerator, Wishart's by bidiagonal models.

A Wishart matrix of any size has the eigenvalues of B B^T, B bidiagonal with independent chi-distributed entries
(Dumitriu and Edelman 2002): d n numbers become 2 d - 1, and 5,000 x 5,000 matrices a matter of seconds.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .intervals import Array

FEATURES_AT_LEAST = 1


def _size(name: str, value: int) -> int:
    if value != int(value) or value < FEATURES_AT_LEAST:
        raise ValueError(f"{name} = {value}: the number of {name} must be a positive integer")
    return int(value)


def bidiagonal(features: int, samples: int, rng: np.random.Generator, beta: int = 1) -> tuple[Array, Array]:
    """Diagonal and off-diagonal of the tridiagonal matrix with a Wishart spectrum, divided by the samples.

    beta 1: real entries of variance one; beta 2: complex ones. min(d, n) rows: the positive eigenvalues.
    """
    if beta not in (1, 2):
        raise ValueError(f"beta = {beta!r} is neither 1 (real) nor 2 (complex entries)")
    d, n = sorted((_size("features", features), _size("samples", samples)))
    diagonal = np.sqrt(rng.chisquare(beta * (n - np.arange(d))))
    below = np.sqrt(rng.chisquare(beta * (d - 1 - np.arange(d - 1))))
    squares = diagonal**2
    squares[1:] += below**2
    scale = beta * samples
    return squares / scale, diagonal[:-1] * below / scale


def wishart_spectrum(features: int, samples: int, rng: np.random.Generator, beta: int = 1) -> Array:
    """All `features` eigenvalues of X X^T/n for normal entries of variance one, rising; zeros where d > n."""
    from scipy.linalg import eigvalsh_tridiagonal

    positive = np.maximum(eigvalsh_tridiagonal(*bidiagonal(features, samples, rng, beta)), 0.0)
    return np.concatenate([np.zeros(max(features - samples, 0)), positive])


def largest_eigenvalue(features: int, samples: int, rng: np.random.Generator, beta: int = 1) -> float:
    """The largest eigenvalue of such a matrix."""
    from scipy.linalg import eigvalsh_tridiagonal

    diagonal, off = bidiagonal(features, samples, rng, beta)
    last = diagonal.size - 1
    found = eigvalsh_tridiagonal(diagonal, off, select="i", select_range=(last, last), lapack_driver="stebz")
    return float(found[0])


def accelerator() -> str | None:
    """The name of torch's accelerator ("cuda", "mps", ...), None where torch or an accelerator is missing."""
    try:
        import torch
    except ImportError:
        return None
    if torch.cuda.is_available():
        return "cuda"
    return None


def spectrum(matrix: Any, device: str = "cpu") -> Array:
    """The eigenvalues of X X^T/n for a matrix X with d rows (features) and n columns (samples), rising.

    device: "cpu", by LAPACK, or a torch device such as "cuda", in the matrix's own precision. The smaller of the two
    Gram matrices is diagonalized. Raises ValueError for what is no matrix of finite numbers, and for a device that
    torch does not have here.
    """
    if device == "cpu":
        x = np.asarray(matrix)
        _checked_matrix(x.shape, bool(np.isfinite(x).all()))
        d, n = x.shape
        small = x @ x.conj().T if d <= n else x.conj().T @ x
        positive = np.linalg.eigvalsh(small / n)
    else:
        import torch

        if accelerator() is None or torch.device(device).type != accelerator():
            raise ValueError(f"torch finds no device {device!r} here; use 'cpu'" + _has_accelerator())
        y = torch.as_tensor(matrix, device=device)
        _checked_matrix(tuple(y.shape), bool(torch.isfinite(y).all()))
        d, n = y.shape
        gram = y @ y.mH if d <= n else y.mH @ y
        positive = torch.linalg.eigvalsh(gram / n).cpu().numpy()
    found = np.maximum(positive.astype(np.float64), 0.0)
    return np.concatenate([np.zeros(max(d - n, 0)), found])


def _has_accelerator() -> str:
    found = accelerator()
    return f" or {found!r}" if found else ""


def _checked_matrix(shape: tuple[int, ...], finite: bool) -> None:
    if len(shape) != 2 or min(shape) == 0:
        raise ValueError(f"a matrix of d rows and n columns is needed, this has shape {shape}")
    if not finite:
        raise ValueError("the matrix holds nan or infinite entries")


def wigner(size: int, rng: np.random.Generator) -> Array:
    """A symmetric matrix of independent normal entries whose spectrum tends to the semicircle on [-2, 2]."""
    noise = rng.normal(size=(_size("rows", size), size))
    return np.asarray((noise + noise.T) / math.sqrt(2 * size))
