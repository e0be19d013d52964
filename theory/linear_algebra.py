"""Linear algebra: matrices, determinants, inverses, bases, linear maps, eigenvalues and singular values.

Source: section 13.1, equations 620-635.  Horn and Johnson 2013; Axler 2015; Golub and Van Loan 2013.

What holds for matrices of all sizes is a matrix identity or an integral against a counting measure; determinants are
written out with symbols for entries, and spaces over the fields of two and three elements are run through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from sympy import Determinant, Expr, I, Integer, MatrixSymbol, Q, Sum, Symbol, Trace, conjugate
from sympy import Identity as Unit
from sympy.matrices.expressions.matexpr import MatrixElement

from . import eigenvalues, expansions, linear_spaces, singular_values
from .claims import AllOf, Claim, Definition, Finite, Identity, MatrixIdentity, Typing
from .determinants import (
    Square,
    symbolic,
    times,
    transposed,
)
from .matrix_nodes import BasisVector
from .measures import integral
from .shapes import determinant, inverse, shaped
from .statements import Printed, Theorem, statement
from .symbols import function, integer, real, reals
from .written_networks import Form

EQUATIONS = tuple(range(620, 636))

m, n, p, q = (integer(name, 1) for name in "mnpq")
i, j, k = (Symbol(name, integer=True, nonnegative=True) for name in "ijk")
A, B, C, P, M = (MatrixSymbol(name, n, n) for name in "ABCPM")
L, R, T = MatrixSymbol("A", m, n), MatrixSymbol("B", n, p), MatrixSymbol("T", m, n)
G, S = MatrixSymbol("Q", m, m), MatrixSymbol("S", p, m)
H = MatrixSymbol("R", p, p)
x, y, c = (MatrixSymbol(name, n, 1) for name in "xyc")
alpha, lam = real("alpha", tex=r"\alpha"), real("lambda", tex=r"\lambda")
a, b, z, u = (function(name) for name in ("a", "b", "x", "u"))
Cases = Iterator[tuple[str, Any, Any]]


@statement(answers=(620,), references=("horn2013",))
def matrix_of_entries() -> Theorem:
    """The matrix with entries a_ij has m rows and n columns, takes the j-th unit vector to its j-th column, and is the
    sum of a_ij times the matrices with a single one: m n numbers, one a place."""

    def properties(make: Form) -> Mapping[str, Claim]:
        def cases(side: Callable[[Square, int, int], Iterator[tuple[str, Any, Any]]]) -> Callable[[], Cases]:
            def run() -> Cases:
                for rows, columns in product(range(1, 4), repeat=2):
                    for label, left, right in side(make(rows, columns), rows, columns):
                        yield f"m = {rows}, n = {columns}{label}", left, right

            return run

        def shape(found: Square, rows: int, columns: int) -> Iterator[tuple[str, Any, Any]]:
            yield "", (len(found), len(found[0])), (rows, columns)

        def images(found: Square, rows: int, columns: int) -> Iterator[tuple[str, Any, Any]]:
            for col in range(columns):
                unit_vector = tuple((int(row == col),) for row in range(columns))
                image = times(found, unit_vector) if len(found[0]) == columns else "no image"
                yield f", j = {col + 1}", image, tuple((_entry(row, col),) for row in range(rows))

        told = "m and n from one to three, all entries"
        return {
            "shape": Finite(cases(shape), r"m\times n", told),
            "columns are images": Finite(cases(images), r"Ae_j=(a_{1j},\dots,a_{mj})^\top", told),
            "entries, all sizes": MatrixIdentity(BasisVector(m, i).T * L * BasisVector(n, j), MatrixElement(L, i, j)),
        }

    def rows_of(entry: Callable[[int, int], Any], turned: bool = False) -> Callable[[int, int], Square]:
        def make(rows: int, columns: int) -> Square:
            rows, columns = (columns, rows) if turned else (rows, columns)
            return tuple(tuple(entry(row, col) for col in range(columns)) for row in range(rows))

        return make

    array = Definition("A", Form("(a_{ij})", rows_of(_entry)), properties)
    mutants = {
        "columns written as rows": rows_of(lambda row, col: _entry(col, row), turned=True),
        "indices exchanged": rows_of(lambda row, col: _entry(col, row)),
        "diagonal": rows_of(lambda row, col: _entry(row, col) if row == col else Integer(0)),
    }
    return Theorem(array, mutants={name: array.of(Form(name, make)) for name, make in mutants.items()})


def _entry(row: int, col: int) -> Expr:
    return real(f"a{row + 1}{col + 1}")


@statement(answers=(621,), references=("horn2013",), cites=(matrix_of_entries,))
def matrix_sum() -> Theorem:
    """The sum of matrices, entry by entry, is the matrix of the sum of the maps: it takes each vector to the sum of the
    two images, in any dimension."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "sum of the maps": Identity(integral(value * z), integral(a * z) + integral(b * z)),
            "commutative": Identity(value.xreplace({a: b, b: a}), value),
            "zero": Identity(value.xreplace({b: Integer(0)}), a),
        }

    total = Definition("(A+B)_{ij}", a + b, properties)
    return Theorem(total, mutants={"entrywise product": total.of(a * b), "mean": total.of((a + b) / 2)})


@statement(answers=(622,), references=("horn2013",), cites=(matrix_of_entries,))
def scalar_multiple() -> Theorem:
    """The multiple of a matrix, entry by entry, is the matrix of the multiple of the map, in any dimension."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        return {
            "multiple of the map": Identity(integral(value * z), alpha * integral(a * z)),
            "additive": Identity(value.xreplace({a: a + b}), value + value.xreplace({a: b})),
            "one": Identity(value.xreplace({alpha: Integer(1)}), a),
        }

    multiple = Definition(r"(\alpha A)_{ij}", alpha * a, properties)
    return Theorem(multiple, mutants={"added": multiple.of(alpha + a), "squared": multiple.of(alpha**2 * a)})


@statement(answers=(623,), references=("horn2013",), cites=(matrix_of_entries,))
def matrix_product() -> Theorem:
    """The product of matrices is the matrix of one map after the other; its entries are sums over the p columns of A,
    which must be as many as the rows of B."""

    def properties(make: Form) -> Mapping[str, Claim]:
        def cases() -> Cases:
            # Squares first, where a wrong rule still has all its entries.
            one, other, column = ((1, 2), (3, 4)), ((0, 1), (5, 7)), ((1,), (2,))
            yield "numbers", times(make(one, other), column), times(one, times(other, column))
            for rows, inner, columns in ((2, 2, 2), (1, 1, 1), (3, 3, 3), (1, 2, 3), (2, 3, 1), (3, 1, 2), (2, 3, 2)):
                left, right, v = symbolic(rows, inner), symbolic(inner, columns, "b"), symbolic(columns, 1, "x")
                label = f"m = {rows}, p = {inner}, n = {columns}"
                yield label, times(make(left, right), v), times(left, times(right, v))

        return {
            "one map after the other": Finite(cases, "(AB)x=A(Bx)", "seven shapes up to three, all entries"),
            "entries": MatrixIdentity(MatrixElement(L * R, i, j), Sum(L[i, k] * R[k, j], (k, 0, n - 1))),
            "transposed, in the other order": MatrixIdentity((L * R).T, R.T * L.T),
            "shapes": Typing(shaped("A", m, p) @ shaped("B", p, n), shaped("C", m, n)),
        }

    rule = Definition("C_{ij}", Form(r"\sum_{k=1}^pA_{ik}B_{kj}", times), properties)
    mutants = {
        "factors exchanged": lambda left, right: times(right, left),
        "rows by rows": lambda left, right: times(left, transposed(right)),
        "last term forgotten": lambda left, right: times([row[:-1] for row in left], right[:-1]),
        "entrywise": lambda left, right: [
            [s * t for s, t in zip(*two, strict=True)] for two in zip(left, right, strict=True)
        ],
    }
    return Theorem(rule, mutants={name: rule.of(Form(name, make)) for name, make in mutants.items()})


@statement(references=("horn2013",), cites=(matrix_product,))
def inner_sizes_agree() -> Theorem:
    """A product of an m x p and a q x n matrix has a meaning for q = p alone, a determinant and an inverse for square
    matrices alone."""
    left, right, square = shaped("A", m, p), shaped("B", q, n), shaped("A", n, n)
    claims = {
        "product": Typing(left @ shaped("B", p, n), shaped("C", m, n)),
        "determinant": Typing(determinant(square), shaped("d")),
        "inverse": Typing(square @ inverse(square), shaped("I", n, n)),
    }
    mutants = {
        "any sizes": Typing(left @ right, shaped("C", m, n)),
        "rows with rows": Typing(left.T @ shaped("B", p, n), shaped("C", p, n)),
        "determinant of any matrix": Typing(determinant(shaped("A", m, n)), shaped("d")),
        "inverse of any matrix": Typing(inverse(shaped("A", m, n)), shaped("X", n, m)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(answers=(624,), references=("horn2013",), cites=(matrix_product,))
def transpose() -> Theorem:
    """The transpose exchanges the indices; it moves the matrix to the other side of an inner product and reverses
    products. Over the complex numbers the conjugate transpose does that."""

    def properties(make: Form) -> Mapping[str, Claim]:
        return {
            "entries": MatrixIdentity(MatrixElement(make(A), i, j), MatrixElement(A, j, i)),
            "other side of an inner product": MatrixIdentity((A * x).T * y, x.T * make(A) * y),
            "products are reversed": MatrixIdentity(make(A * B), make(B) * make(A)),
            "twice": MatrixIdentity(make(make(A)), A),
            "entries of any shape": MatrixIdentity(MatrixElement(L.T, j, i), MatrixElement(L, i, j)),
        }

    turned = Definition(r"A^\top", Form("(A_{ji})_{ij}", lambda at: at.T), properties)
    mutants = {"not transposed": lambda at: at, "sign": lambda at: -at.T, "inverse": lambda at: at.inv()}
    return Theorem(turned, mutants={name: turned.of(Form(name, make)) for name, make in mutants.items()})


@statement(answers=(625,), references=("horn2013", "axler2015"))
def determinant_by_first_row() -> Theorem:
    """The recursion along the first row, from 1 for the empty matrix, changes its sign when neighbouring rows are
    exchanged, is linear in each row and one for the unit matrix: these properties belong to the determinant alone."""
    return expansions.by_first_row()


@statement(references=("horn2013", "axler2015"), cites=(determinant_by_first_row,))
def laplace_expansions() -> Theorem:
    """The expansions along any row and along any column agree, entries with the cofactors of another row sum to zero,
    and the sum over permutations has the same value."""
    return expansions.laplace()


@statement(references=("horn2013",), cites=(determinant_by_first_row,))
def determinant_rules() -> Theorem:
    """Determinants multiply, ignore transposition and changes of basis, and scale by the n-th power of a factor; for
    factors that are not square the minors multiply (Cauchy and Binet)."""
    return expansions.rules()


@statement(answers=(626,), references=("horn2013", "axler2015"), cites=(determinant_by_first_row,))
def matrix_inverse() -> Theorem:
    """A square matrix has an inverse where its determinant is not zero, the adjugate over the determinant; left and
    right inverses are the same and there is one only; a product of both determinants is one, so others have none."""
    return expansions.by_adjugate()


@statement(references=("horn2013", "golub2013"), cites=(matrix_inverse,))
def one_sided_inverses() -> Theorem:
    """A matrix whose columns are independent has the left inverse (A^T A)^-1 A^T; A times that is the projection on its
    columns, and not the unit matrix: both sides of the definition are needed."""
    left = (L.T * L).inv() * L.T
    where = (Q.invertible(L.T * L),)
    claims = {
        "left inverse": MatrixIdentity(left * L, Unit(n), where),
        "projection": MatrixIdentity(L * left * L * left, L * left, where),
        "symmetric": MatrixIdentity((L * left).T, L * left, where),
    }
    return Theorem(AllOf(claims), mutants={"right inverse": MatrixIdentity(L * left, Unit(m), where)})


@statement(references=("cramer1750", "axler2015"), cites=(matrix_inverse, laplace_expansions))
def cramer_rule() -> Theorem:
    """Where the determinant is not zero a system has one solution, quotients of determinants with the right side in a
    column's place; so the zero combination of the columns has coefficients zero."""
    return expansions.cramer()


@statement(references=("axler2015",))
def vector_space_axioms() -> Theorem:
    """Addition and multiples of coordinates satisfy the eight axioms of a vector space; each wrong pair of operations
    breaks one of them."""
    return linear_spaces.axioms()


@statement(answers=(627,), references=("axler2015",), cites=(vector_space_axioms,))
def linear_independence() -> Theorem:
    """Vectors are linearly independent where only the coefficients zero combine them to zero: where elimination finds
    as many pivots as there are vectors."""
    return linear_spaces.independence()


@statement(answers=(628,), references=("axler2015",), cites=(vector_space_axioms,))
def spanning_family() -> Theorem:
    """Vectors span a space where each of its vectors is a combination of them: where elimination finds as many pivots
    as the space has dimensions."""
    return linear_spaces.spanning()


@statement(references=("axler2015",), cites=(linear_independence, spanning_family))
def dimension() -> Theorem:
    """All bases of a space have the same number of vectors, and a family is a basis where each vector has coordinates
    and has them once."""
    return linear_spaces.dimension()


@statement(references=("axler2015",), cites=(dimension,))
def rank_nullity() -> Theorem:
    """The dimensions of image and kernel of a matrix add up to the number of its columns, and its rows have the rank of
    its columns."""
    return linear_spaces.rank_nullity()


@statement(answers=(629,), references=("axler2015",), cites=(dimension,))
def linear_map() -> Theorem:
    """Of all maps between two spaces, those that respect combinations of two vectors are those that a matrix gives: the
    sum of the images of the unit vectors, each times a coordinate."""
    return linear_spaces.linearity()


@statement(references=("axler2015",), cites=(linear_map,))
def additive_but_not_linear() -> Theorem:
    """Complex conjugation respects sums and real multiples but not complex ones: both parts of linearity are needed,
    and the field must be named."""
    x1, y1, x2, y2 = reals("x y u v")
    one, other = x1 + I * y1, x2 + I * y2
    claims = {
        "sums": Identity(conjugate(one + other), conjugate(one) + conjugate(other)),
        "real multiples": Identity(conjugate(alpha * one), alpha * conjugate(one)),
        "multiples of i change sign": Identity(conjugate(I * one), -I * conjugate(one)),
    }
    return Theorem(AllOf(claims), mutants={"complex multiples": Identity(conjugate(I * one), I * conjugate(one))})


@statement(answers=(630,), references=("axler2015", "horn2013"), cites=(linear_map, matrix_inverse))
def matrix_of_a_map() -> Theorem:
    """In bases P of the domain and Q of the codomain, the matrix of T has the coordinates of the images of the basis
    vectors for columns and takes coordinates to coordinates: Q^-1 T P; composition is the product, and trace,
    determinant and characteristic polynomial of a map of a space to itself are the same in all bases."""
    both, all_three = (Q.invertible(P), Q.invertible(G)), (Q.invertible(P), Q.invertible(G), Q.invertible(H))
    found = G.inv() * T * P
    moved = P.inv() * A * P
    claims = {
        "coordinates to coordinates": MatrixIdentity(G * (found * c), T * (P * c), both),
        "columns": MatrixIdentity(G * found * BasisVector(n, j), T * (P * BasisVector(n, j)), both),
        "composition": MatrixIdentity((H.inv() * S * G) * found, H.inv() * (S * T) * P, all_three),
        "trace": MatrixIdentity(Trace(moved), Trace(A), both[:1]),
        "characteristic matrix": MatrixIdentity(moved - lam * Unit(n), P.inv() * (A - lam * Unit(n)) * P, both[:1]),
        "determinant, of that too": MatrixIdentity(Determinant(P.inv() * M * P), Determinant(M), both[:1]),
    }
    mutants = {
        "bases exchanged": MatrixIdentity(P * (P.inv() * A * M) * c, A * (P * c), (Q.invertible(P), Q.invertible(M))),
        "transposed": MatrixIdentity(Trace(P.T * A * P), Trace(A), both[:1]),
        "inverse on the wrong side": MatrixIdentity(
            P * A * P.inv() - lam * Unit(n), P.inv() * (A - lam * Unit(n)) * P, both[:1]
        ),
    }
    return Theorem(
        AllOf(claims),
        mutants=mutants,
        printed={
            630: Printed(
                MatrixIdentity(found, T, both),
                assumption="V = F^n and W = F^m with their unit vectors as bases, or x and T(x) are read as "
                "coordinates in bases that are chosen once",
                correction=r"[T(x)]_{\mathcal{C}}=A\,[x]_{\mathcal{B}}",
                note="Of a map between other spaces (derivatives of polynomials) there is a matrix in each pair of "
                "bases: Q^{-1} T P, not one matrix for all.",
            )
        },
    )


@statement(answers=(631,), references=("horn2013",), cites=(matrix_product,))
def eigenpair() -> Theorem:
    """An eigenvector, which is not zero, is only stretched: then powers, inverses and shifts of the matrix stretch it
    by the powers, inverses and shifts of its eigenvalue, and left and right eigenvectors of different ones are
    orthogonal."""
    return eigenvalues.eigenpair()


@statement(answers=(632,), references=("horn2013",), cites=(eigenpair, matrix_inverse))
def characteristic_equation() -> Theorem:
    """The eigenvalues in a field are the roots in it of det(A - lambda I), a polynomial of degree n with leading
    coefficient (-1)^n and sums of principal minors for the others."""
    return eigenvalues.characteristic_equation()


@statement(references=("horn2013",), cites=(characteristic_equation,))
def cayley_hamilton() -> Theorem:
    """A matrix is a root of its characteristic polynomial."""
    return eigenvalues.cayley_hamilton()


@statement(references=("horn2013",), cites=(characteristic_equation, matrix_of_a_map))
def diagonalization() -> Theorem:
    """A matrix is diagonalizable where it has as many independent eigenvectors as rows; different eigenvalues are
    enough for that, and are not needed."""
    return eigenvalues.diagonalization()


@statement(references=("horn2013", "lidskii1966", "trefethen2005"), cites=(diagonalization,))
def defective_block() -> Theorem:
    """A Jordan block has one line of eigenvectors and powers with binomial coefficients; the number delta^n in its
    corner moves its eigenvalue by delta, an n-th root."""
    return eigenvalues.defective_block()


@statement(references=("horn2013",), cites=(diagonalization,))
def spectral_theorem() -> Theorem:
    """Symmetric matrices, and of real matrices only they, have orthogonal bases of eigenvectors over the real numbers;
    rotations need a unitary one, and complex matrices that are symmetric but not Hermitian may have none."""
    return eigenvalues.spectral_theorem()


@statement(answers=(633,), references=("golub2013", "horn2013"), cites=(spectral_theorem,))
def singular_value_decomposition() -> Theorem:
    """A real matrix is a product of an orthogonal, a diagonal and a transposed orthogonal one; a complex matrix is one
    of a unitary, a diagonal and a conjugate transposed unitary one."""
    return singular_values.decomposition()


@statement(answers=(634,), references=("golub2013",), cites=(matrix_product,))
def diagonal_of_singular_values() -> Theorem:
    """The matrix of singular values has the shape of A: r values at the head of its diagonal, zeros elsewhere, so that
    its Gram matrices have the squares on their diagonals, followed by n - r and m - r zeros."""
    return singular_values.diagonal_of_values()


@statement(
    answers=(635,), references=("golub2013", "horn2013"), cites=(singular_value_decomposition, characteristic_equation)
)
def gram_eigenvalues() -> Theorem:
    """The squares of the singular values are the eigenvalues of A^T A, which are squared lengths and so not negative,
    for real A; for complex A they are those of A^* A."""
    return singular_values.roots_of_the_gram_matrix()


@statement(references=("golub2013", "eckart1936"), cites=(singular_value_decomposition,))
def largest_stretch() -> Theorem:
    """The largest singular value is the largest stretch of a vector, in any dimension; the sum of the squared ones is
    the squared Frobenius norm."""
    return singular_values.largest_stretch()
