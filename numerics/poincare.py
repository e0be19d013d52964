"""Poincaré constants of plane domains and intervals by finite elements (scikit-fem), with bounds from both sides.

1/C^2 is the least eigenvalue above zero of -Laplace with Neumann ("neumann": functions less their mean) or Dirichlet
("dirichlet": functions that vanish on the boundary) conditions.  Linear conforming elements give upper bounds of the
eigenvalues of a polygon; Crouzeix-Raviart elements give the lower bounds lambda_h / (1 + (0.1893 h)^2 lambda_h)
(Liu, Applied Mathematics and Computation 267, 2015), where h is the longest edge.  On an interval the interpolation
constant is h/pi.

`poincare_constant("square").constant` is close to 1/pi.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .intervals import Array

Domain = Literal["interval", "square", "disc", "L-shape"]
Boundary = Literal["neumann", "dirichlet"]

KNOWN: dict[tuple[str, str], float] = {
    ("interval", "neumann"): math.pi**2,
    ("interval", "dirichlet"): math.pi**2,
    ("square", "neumann"): math.pi**2,
    ("square", "dirichlet"): 2 * math.pi**2,
    ("disc", "neumann"): 1.8411837813406593**2,
    ("disc", "dirichlet"): 2.4048255576957728**2,
    ("L-shape", "neumann"): 1.4756218240,
    ("L-shape", "dirichlet"): 9.6397238440,
}
"""The least positive eigenvalues: of (0, 1), (0, 1)^2, the unit disc (squared zeros of J_1' and J_0), and (-1, 1)^2
without a quarter (Dauge's benchmark for Neumann; Fox, Henrici and Moler, Betcke and Trefethen for Dirichlet
conditions)."""

LIU = 0.1893


@dataclass(frozen=True)
class Convergence:
    """Eigenvalues on refined meshes and what they tend to.

    sizes: the longest edges; upper: by linear elements (upper bounds on the interval, the square and the L-shape; the
    discs are inscribed polygons); lower: the lower bounds of the same polygons; order: that of the last three upper
    values; extrapolated: Richardson's limit with that order; moved: its last change; known: the value of the books.
    """

    domain: str
    boundary: str
    sizes: tuple[float, ...]
    upper: tuple[float, ...]
    lower: tuple[float, ...]
    order: float
    extrapolated: float
    moved: float
    known: float

    @property
    def constant(self) -> float:
        """The constant C of |u - mean|_2 <= C |grad u|_2 (of |u|_2 <= C |grad u|_2 for "dirichlet")."""
        return 1 / math.sqrt(self.extrapolated)


def mesh_of(domain: Domain, refinements: int) -> Any:
    """The mesh of a domain, refined so many times; raises ValueError for another name."""
    import skfem

    if refinements < 0:
        raise ValueError(f"a mesh is refined 0, 1, 2, ... times, not {refinements}")
    if domain == "interval":
        return skfem.MeshLine.init_tensor(np.linspace(0, 1, 2**refinements + 1))
    if domain == "square":
        return skfem.MeshTri.init_symmetric().refined(refinements)
    if domain == "disc":
        return skfem.MeshTri.init_circle(refinements)
    if domain == "L-shape":
        return skfem.MeshTri.init_lshaped().refined(refinements)
    raise ValueError(f"the domain is interval, square, disc or L-shape, not {domain!r}")


def eigenvalues(mesh: Any, boundary: Boundary, count: int = 4, nonconforming: bool = False) -> Array:
    """The least eigenvalues of -Laplace on the mesh, by linear (or Crouzeix-Raviart) elements.

    Raises ValueError for a boundary condition other than neumann and dirichlet, or more eigenvalues than the mesh has.
    """
    import skfem
    from scipy.linalg import eigh
    from scipy.sparse.linalg import eigsh
    from skfem.models.poisson import laplace, mass

    if boundary not in ("neumann", "dirichlet"):
        raise ValueError(f"the boundary condition is neumann or dirichlet, not {boundary!r}")
    line = mesh.p.shape[0] == 1
    element = skfem.ElementLineP1() if line else skfem.ElementTriCR() if nonconforming else skfem.ElementTriP1()
    basis = skfem.Basis(mesh, element)
    stiffness, weight = laplace.assemble(basis), mass.assemble(basis)
    if boundary == "dirichlet":
        inside = basis.complement_dofs(basis.get_dofs())
        stiffness, weight = stiffness[inside][:, inside], weight[inside][:, inside]
    size = stiffness.shape[0]
    if count > size:
        raise ValueError(f"the mesh has {size} free nodes, too few for {count} eigenvalues: refine it")
    if size < 200:
        return np.asarray(eigh(stiffness.toarray(), weight.toarray(), eigvals_only=True)[:count])
    found = eigsh(stiffness.tocsc(), k=count, M=weight.tocsc(), sigma=-1.0, return_eigenvectors=False, v0=np.ones(size))
    return np.sort(found)


def longest_edge(mesh: Any) -> float:
    """The length of the longest edge of the mesh."""
    ends = mesh.p[:, mesh.t if mesh.p.shape[0] == 1 else mesh.facets]
    return float(np.sqrt(np.sum((ends[:, 0] - ends[:, 1]) ** 2, axis=0)).max())


def bounds(domain: Domain, boundary: Boundary, refinements: int) -> tuple[float, float, float]:
    """(longest edge, lower bound, upper bound) of the least positive eigenvalue of the mesh's polygon."""
    mesh = mesh_of(domain, refinements)
    at = 1 if boundary == "neumann" else 0
    upper = float(eigenvalues(mesh, boundary, at + 2)[at])
    edge = longest_edge(mesh)
    if domain == "interval":
        return edge, upper / (1 + (edge / math.pi) ** 2 * upper), upper
    rough = float(eigenvalues(mesh, boundary, at + 2, nonconforming=True)[at])
    return edge, rough / (1 + (LIU * edge) ** 2 * rough), upper


def poincare_constant(domain: Domain, boundary: Boundary = "neumann", refinements: int = 5) -> Convergence:
    """The Poincaré constant of a domain with its order of convergence, from `refinements` >= 4 nested meshes.

    Raises ValueError for unknown domains and boundary conditions, and for fewer refinements.
    """
    if refinements < 4:
        raise ValueError(f"an order of convergence with its change takes at least 4 refinements, not {refinements}")
    rows = [bounds(domain, boundary, r) for r in range(2, refinements + 1)]
    sizes, lower, upper = zip(*rows, strict=True)
    limits = [_richardson(upper[i : i + 3]) for i in range(len(upper) - 2)]
    order, limit = limits[-1]
    moved = abs(limit - (limits[-2][1] if len(limits) > 1 else upper[-1]))
    known = KNOWN[domain, boundary]
    return Convergence(domain, boundary, sizes, upper, lower, order, limit, moved, known)


def _richardson(three: tuple[float, ...]) -> tuple[float, float]:
    """The order at which three values on halved meshes converge, and their limit."""
    first, second, third = three
    ratio = (first - second) / (second - third)
    return math.log2(ratio), third - (second - third) / (ratio - 1)
