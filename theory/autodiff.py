"""Automatic differentiation: graphs, the chain rule as a product of Jacobians, what it costs, and what frameworks do.

Source: sections 12.1 to 12.3, equations 591-619.  Griewank and Walther 2008; Baydin et al. 2018; Baur and Strassen
1983; Bauer 1974; Kingma and Ba 2015; Jacob et al. 2018; Bolte and Pauwels 2020.

Sums of any length are integrals (`measures.integral`); matrices of any size are SymPy's, a cotangent is called G.
Most statements are built in modules of their own: `chains` on the tapes of `accumulation`, `adjoints`, `jacobians`,
`branching`, `batching`, `training_steps` and `rounding`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from sympy import Expr, Integer, Matrix, prod

from . import adjoints, batching, branching, chains, jacobians, rounding, training_steps
from .accumulation import executed, orders, programs, record
from .batching import Rule
from .claims import AllOf, Claim, Definition, Finite, Identity, Inequality, Typing
from .measures import integral, on_atoms
from .shapes import Index, gradient, shaped, total
from .statements import Printed, Theorem, statement
from .symbols import function, integer, real, reals

EQUATIONS = tuple(range(591, 620))

ZERO = Integer(0)
n, m, p = integer("n", 1), integer("m", 1), integer("p", 1)
a, b, c = function("a"), function("b"), function("c")
h, t = reals("h t")


# Graphs and the chain rule


@statement(answers=(591,), references=("kolda2009",))
def tensor() -> Theorem:
    """A tensor is an array with one entry for each choice of its indices: stored row by row its entries fill the
    places from 0 to d_1...d_n - 1, each once, and a scalar, of no index, has one."""

    def place(index: Sequence[int], sizes: Sequence[int]) -> int:
        found = 0
        for one, size in zip(index, sizes, strict=True):
            found = found * size + one
        return found

    def swapped(index: Sequence[int], sizes: Sequence[int]) -> int:
        return place(index[::-1], sizes)

    def properties(value: Rule) -> Mapping[str, Claim]:
        def cases() -> Iterator[tuple[str, Any, Any]]:
            for order in range(4):
                for sizes in product((1, 2, 3), repeat=order):
                    places = [value(index, sizes) for index in product(*map(range, sizes))]
                    yield f"sizes {sizes}", sorted(places), list(range(prod(sizes)))

        return {"every place once": Finite(cases, r"\#T=d_1\cdots d_n", "orders 0 to 3, sizes 1 to 3")}

    stored = Definition("T", Rule(r"T_{i_1\cdots i_n}", place), properties)
    note = "The rank of the text is the number of indices, the order; the rank of a matrix is another thing."
    return Theorem(
        stored,
        mutants={
            "strides of the transposed tensor": stored.of(Rule(r"T_{i_n\cdots i_1}", swapped)),
            "counted from one": stored.of(Rule("T", lambda index, sizes: place(index, sizes) + 1)),
        },
        printed={591: Printed(note=note)},
    )


@statement(answers=(592,), references=("horn2013",))
def dot_product() -> Theorem:
    """The dot product of vectors of any length is the sum of the products of their entries: symmetric, linear in each,
    positive off zero, and what a row of a matrix does to a vector."""

    def properties(value: Expr) -> Mapping[str, Claim]:
        rows = [Matrix(reals(f"{name}_1 {name}_2 {name}_3")) for name in "ab"]
        return {
            "symmetric": Identity(value.xreplace({a: b, b: a}), value),
            "linear": Identity(value.xreplace({a: a + t * c}), value + t * value.xreplace({a: c})),
            "lengths": Identity(value.xreplace({a: a + b, b: a + b}) - value.xreplace({a: a - b, b: a - b}), 4 * value),
            "positive": Inequality(value.xreplace({b: a}), ">=", ZERO),
            "three entries": Identity(on_atoms(value, 3), (rows[0].T * rows[1])[0, 0]),
        }

    value = Definition(r"a\cdot b", integral(a * b), properties)
    return Theorem(value, mutants={"product of the sums": value.of(integral(a) * integral(b))})


@statement(answers=(593, 606), references=("griewank2008", "baydin2018"))
def graph() -> Theorem:
    """A node of a graph without cycles is a function of the nodes it reads: any order that runs a node after those
    gives one result, the composition."""

    def properties(value: Rule) -> Mapping[str, Claim]:
        def cases() -> Iterator[tuple[str, Any, Any]]:
            for program in programs(2, 3):
                ways = list(orders(program, 2))
                for way in ways if len(ways) > 1 else ():
                    result = record(program, (2, 5)).nodes[-1].value
                    yield f"{program} in the order {way}", value(program, (2, 5), way), result

        sizes = "two inputs, 2 and 5, three sums and products, more than one order"
        return {"any order": Finite(cases, r"y=f(x_1,\ldots,x_n)", sizes)}

    run = Definition("y", Rule(r"f(x_1,\ldots,x_n)", executed), properties)

    def backwards(program: Any, values: Any, way: Any) -> Any:
        return executed(program, values, way[::-1])

    note = "Parameters are inputs of the node like any other; the graph records which node made which."
    return Theorem(
        run,
        mutants={"read before written": run.of(Rule("f", backwards))},
        printed={606: Printed(note=note)},
    )


@statement(answers=(594, 608), references=("griewank2008", "magnus2019"))
def chain_rule() -> Theorem:
    """If f depends on x through intermediate values y_j alone, any number of them, its derivative is the sum of the
    products of the partial derivatives: a step h in x changes f by h times that sum and a remainder of order h^2."""
    partial, slope, bend, curve = function("p"), function("s"), function("r"), real("c")
    change = slope * h + bend * h**2  # of each y_j; bend and curve are bounded where the second derivatives are
    remainder = integral(partial * bend) + curve * integral((slope + bend * h) ** 2)
    of_f = integral(partial * change) + curve * integral(change**2)
    i, rows, columns = Index("i", p), n, m
    each = shaped(r"\frac{\partial L}{\partial Y}", over=(i,)) * shaped(
        r"\frac{\partial Y}{\partial A}", rows, columns, over=(i,)
    )
    whole = gradient(shaped("L"), shaped("A", rows, columns))
    note = (
        "The n of the sum is the number of the intermediate values, not of the inputs. They have to be a cut of the "
        "graph: no y_j a function of another, else paths are counted twice (autodiff.paths)."
    )
    return Theorem(
        AllOf(
            {
                "first order": Identity(of_f, h * integral(partial * slope) + h**2 * remainder),
                "shapes": Typing(whole, total(i, each)),
            }
        ),
        mutants={
            "product of the sums": Identity(of_f, h * integral(partial) * integral(slope) + h**2 * remainder),
            "transposed shapes": Typing(whole.T, total(i, each)),
        },
        printed={
            594: Printed(note=note),
            608: Printed(note="Y_i is one entry of Y, so its derivative by A is a gradient of the shape of A."),
        },
    )


@statement(references=("bauer1974", "griewank2008"), cites=(chain_rule,))
def paths() -> Theorem:
    """The derivative of a node by another is the sum over all paths between them of the products of the derivatives
    along the edges, which one sweep from the inputs or one from the output adds up; the sum over all nodes between
    of the product of both derivatives counts a path once for every node on it."""
    return chains.paths()


# Accumulation and its cost


@statement(references=("griewank2008",), cites=(chain_rule,))
def transposed_sweep() -> Theorem:
    """The Jacobian of a chain is the product of the Jacobians: a direction goes through it from the right, forward, a
    cotangent through the transposes from the left, in reverse, and both give one number, in any dimensions."""
    return adjoints.transposed_sweep()


@statement(references=("griewank2008", "godbole1973"), cites=(transposed_sweep,))
def any_bracketing() -> Theorem:
    """Every bracketing of a product of Jacobians gives the same matrix: forward and reverse accumulation are two of
    them and differ in cost alone."""
    return chains.any_bracketing()


@statement(references=("griewank2008",), cites=(any_bracketing,))
def costs() -> Theorem:
    """With S = sum_k n_k n_{k-1}, one tangent and one cotangent through a chain of dense Jacobians cost S
    multiplications each; forward accumulation costs n_0 (S - n_1 n_0), reverse accumulation n_L (S - n_L n_{L-1})."""
    return chains.costs()


@statement(references=("griewank2008",), cites=(costs,))
def crossover() -> Theorem:
    """For n inputs, m outputs and L - 1 hidden layers of equal width w, forward accumulation costs (L-2) w^2 (n-m) more
    multiplications than reverse: the crossover is at n = m, whatever the width and the depth."""
    return chains.crossover()


@statement(references=("godbole1973", "griewank2008", "naumann2008"), cites=(costs,))
def best_order() -> Theorem:
    """Dynamic programming over sub-chains finds the cheapest of all bracketings; for widths that never grow it is the
    reverse one, but past a bottleneck neither sweep: the chain 3, 3, 1, 3, 3 needs 27 multiplications, each sweep
    45."""
    return chains.best_order()


@statement(references=("baur1983", "griewank2008"), cites=(paths,))
def cheap_gradient() -> Theorem:
    """All partial derivatives of a program of sums and products cost, by the reverse sweep, at most two multiplications
    for each of its own and at most two additions for each operation, however many inputs there are."""
    return chains.cheap_gradient()


# Adjoints of the usual operations: L depends on Y through its differential tr(G.T dY)


@statement(answers=(609, 610), references=("giles2008", "magnus2019"), cites=(chain_rule,))
def product_adjoint() -> Theorem:
    """For Y = AB of any sizes the gradient by A is G B^T and the gradient by B is A^T G, where G is the gradient by Y:
    changes E of A and F of B change Y by EB and AF, and tr(G^T E B) and tr(G^T A F) are these inner products."""
    return adjoints.product_adjoint()


@statement(references=("giles2008", "baydin2018"), cites=(product_adjoint,))
def elementwise_adjoint() -> Theorem:
    """Through a function applied entry by entry a cotangent is multiplied by its derivative there; through a sum each
    entry gets the cotangent, through a copy the cotangents add; through a product each factor gets it times the
    other."""
    return adjoints.elementwise_adjoint()


@statement(references=("giles2008", "magnus2019"), cites=(product_adjoint,))
def linear_adjoints() -> Theorem:
    """The adjoint of the transpose transposes, that of a bias added to every row sums the rows, that of a product
    with a matrix from both sides multiplies by both transposes, and that of a trace spreads over the identity."""
    return adjoints.linear_adjoints()


@statement(references=("giles2008", "magnus2019"), cites=(product_adjoint,))
def inverse_adjoint() -> Theorem:
    """The inverse changes by -S^-1 E S^-1 up to second order, so its adjoint is -S^-T G S^-T; a solve X = S^-1 B hands
    S^-T G back to B and -(S^-T G) X^T to S."""
    return adjoints.inverse_adjoint()


@statement(references=("giles2008", "magnus2019"), cites=(product_adjoint, linear_adjoints, inverse_adjoint))
def derived_adjoints() -> Theorem:
    """The engine of matrix calculus reads the same adjoints off the differentials: of products, layers with a bias,
    entrywise products, inverses, solves, determinants and quadratic forms, in symbolic dimensions."""
    return adjoints.derived_adjoints()


@statement(answers=(619,), references=("bridle1990", "martins2016"), cites=(chain_rule,))
def softmax_adjoint() -> Theorem:
    """The Jacobian of the softmax over any number of classes is diag(s) - s s^T, so a cotangent g goes back as
    s (g - <g, s>), with one inner product and no matrix."""
    return adjoints.softmax_adjoint()


# Kinks and branches


@statement(references=("griewank2008", "bolte2020"), cites=(chain_rule,))
def kinks() -> Theorem:
    """No value c of the rectifier's derivative at 0 makes the chain rule right for all programs: relu(x) - relu(-x) is
    x, which asks for 2c = 1, and relu(relu(x)) is relu(x), which asks for c^2 = c."""
    return branching.kinks()


@statement(answers=(611,), references=("griewank2008", "bolte2020"))
def branches() -> Theorem:
    """A branch on a threshold has the derivative of the side that runs, off the threshold; at it the value jumps by
    (A - C) t + b - d, it is differentiable there only where that vanishes and A = C."""
    return branching.branches()


@statement(references=("griewank2008",), cites=(branches,))
def threshold() -> Theorem:
    """The mean of a branch over inputs spread evenly over [0, 1] depends on the threshold with the derivative minus the
    jump, which the derivative of the branch that runs, 0 for every input, does not show."""
    return branching.threshold()


# Networks, losses and steps


@statement(answers=(595, 596), references=("goodfellow2016",))
def two_layers() -> Theorem:
    """The forward pass of a network with one hidden layer treats every sample of a batch alone: an affine map, the
    activation entry by entry, an affine map."""
    return batching.two_layers()


@statement(answers=(607,), references=("goodfellow2016",), cites=(two_layers,))
def recurrent_step() -> Theorem:
    """A recurrent step is one layer on state and input side by side; its derivative by the state is diag(f') W_h."""
    return batching.recurrent_step()


@statement(answers=(597,), references=("goodfellow2016",))
def squared_loss() -> Theorem:
    """The mean squared error over any number of samples is zero at the targets, with gradient 2 (yhat - y)/N, from
    which the backward pass starts."""
    return training_steps.squared_loss()


@statement(answers=(598,), references=("goodfellow2016", "bridle1990"), cites=(softmax_adjoint,))
def cross_entropy_loss() -> Theorem:
    """The cross-entropy of one sample under a softmax is the log-partition weighted by the labels' sum less the
    labelled logits; its derivative by a logit is the labels' sum times the softmax less the label."""
    return training_steps.cross_entropy_loss()


@statement(answers=(599,), references=("goodfellow2016", "bottou2018"), cites=(squared_loss,))
def gradient_step() -> Theorem:
    """A gradient step changes the loss by minus the rate times the squared gradient, up to a remainder of second order;
    stationary points stay where they are."""
    return training_steps.gradient_step()


@statement(answers=(600,), references=("robbins1951", "bottou2018"), cites=(gradient_step,))
def batch_step() -> Theorem:
    """A step on a mini-batch is the mean of its samples' steps, for any batch size: the gradient of the mean loss is
    the mean of the gradients."""
    return training_steps.batch_step()


@statement(answers=(601, 602), references=("kingma2015",), cites=(gradient_step,))
def moments() -> Theorem:
    """Adam's averages weigh the i-th of t gradients with (1 - beta) beta^(t-i), in all 1 - beta^t: with gradients of
    constant expectation g the expectation of m_t is (1 - beta^t) g, by induction."""
    return training_steps.moments()


@statement(answers=(603,), references=("kingma2015",), cites=(moments,))
def bias_correction() -> Theorem:
    """Divided by 1 - beta^t the average of gradients of constant expectation is unbiased; at the first step it is the
    gradient itself."""
    return training_steps.bias_correction()


@statement(references=("kingma2015",), cites=(bias_correction,))
def drift_bias() -> Theorem:
    """For expectations a + b t that drift the corrected average is biased, by b (t beta^t/(1 - beta^t) -
    beta/(1 - beta)): in the long run it lags by beta/(1 - beta) steps."""
    return training_steps.drift_bias()


@statement(answers=(604,), references=("kingma2015",), cites=(bias_correction,))
def adam_step() -> Theorem:
    """Adam's step is the rate times mhat over the root of vhat plus epsilon: against mhat, at most the rate in size for
    constant gradients, and unchanged when loss and epsilon are rescaled together."""
    return training_steps.adam_step()


@statement(references=("dean2012", "bottou2018"), cites=(batch_step,))
def sharding() -> Theorem:
    """The shards' mean gradients, weighted by the shards' sizes, average to the mean gradient of all samples, for any
    number of shards; with equal weights they do so for equal sizes, and for two shards they miss it by
    (n_2 - n_1)(g_1 - g_2)/(2 (n_1 + n_2))."""
    return training_steps.sharding()


@statement(answers=(605,), references=("dean2012",), cites=(sharding,))
def data_parallel_step() -> Theorem:
    """The data-parallel step moves by the mean of the workers' gradients, the step of the whole batch where all shards
    have one size."""
    return training_steps.data_parallel_step()


# What JAX makes of functions


@statement(answers=(612,), references=("griewank2008", "magnus2019"))
def listing() -> Theorem:
    """The row of all partial derivatives of m functions of n variables is their Jacobian, row after row."""
    return jacobians.listing()


@statement(answers=(613,), references=("griewank2008", "magnus2019"), cites=(chain_rule,))
def composed_jacobian() -> Theorem:
    """The Jacobian of g after h is the Jacobian of g at h(x), p x m, times that of h, m x n; for p = 1 the gradient is
    the transposed Jacobian of h times the gradient of g."""
    return jacobians.composed_jacobian()


@statement(answers=(614,), references=("pearlmutter1994", "griewank2008"))
def second_derivatives() -> Theorem:
    """The Hessian is the Jacobian of the gradient, so its product with a vector is a tangent of the gradient, without
    the matrix; it is symmetric where the second derivatives are continuous."""
    return jacobians.second_derivatives()


@statement(references=("rudin1976",), cites=(second_derivatives,))
def unequal_mixed() -> Theorem:
    """For Peano's xy(x^2 - y^2)/(x^2 + y^2), 0 at 0, the derivative by x along x = 0 is -y and the derivative by y
    along y = 0 is x: the two mixed derivatives at the origin are -1 and 1."""
    return jacobians.unequal_mixed()


@statement(answers=(615,), references=("bradbury2018",), cites=(graph,))
def fusion() -> Theorem:
    """A fused operation is the composition of its parts, entry by entry: the same function, with one pass over the data
    in the place of n."""
    return batching.fusion()


@statement(answers=(616,), references=("bradbury2018",))
def vectorization() -> Theorem:
    """A vectorized function is the function of each row: so it maps compositions to compositions, commutes with every
    order of the rows, and makes of x -> Wx the product X W^T."""
    return batching.vectorization()


@statement(answers=(617,), references=("bradbury2018",), cites=(vectorization,))
def parallel_map() -> Theorem:
    """Mapping over devices and gathering gives what vectorization gives, however the rows are split."""
    return batching.parallel_map()


@statement(answers=(618,), references=("horn2013",))
def matrix_product() -> Theorem:
    """The product of an n x m and an m x p matrix is the n x p matrix of the composed map, entry by entry the products
    of rows and columns, and can be computed by tiles."""
    return batching.matrix_product()


# Quantization


@statement(references=("jacob2018", "gray1998"))
def quantization_error() -> Theorem:
    """Rounding to the nearest multiple of h moves a number by at most h/2, with equality in the middle; for numbers
    spread evenly over a step the mean squared error is h^2/12."""
    return rounding.quantization_error()


@statement(references=("jacob2018",), cites=(quantization_error,))
def quantized_sum() -> Theorem:
    """With weights rounded to multiples of h, a weighted sum of any number of inputs changes by at most h/2 times the
    sum of their absolute values; b bits over a range of length R make h = R/(2^b - 1), and one bit more halves it at
    least."""
    return rounding.quantized_sum()


@statement(references=("gupta2015", "croci2022"), cites=(quantization_error,))
def stochastic_rounding() -> Theorem:
    """Rounding up with the probability that is the fraction of the step is unbiased; the variance h^2 r(1 - r) is at
    most h^2/4, and spread evenly over a step h^2/6 on average: twice the mean square of rounding to the nearest."""
    return rounding.stochastic_rounding()


@statement(references=("higham2002", "bradbury2018"), cites=(quantization_error, fusion))
def fused_rounding() -> Theorem:
    """Rounded once, a fused product and sum is off by at most h/2; rounded after each operation by at most h, which is
    attained on a grid of integers: fusion may change a result, though no function of real numbers."""
    return rounding.fused_rounding()
