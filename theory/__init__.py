"""Exact mathematics: claims, derivations, the kernels that prove and refute, and one module a topic."""
