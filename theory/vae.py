"""Autoencoders and variational autoencoders: the evidence, its lower bound, the gap between them, and their estimators.

Source: section 9.3, equations 518-525.  Kingma and Welling 2014; Rezende, Mohamed and Wierstra 2014; Burda, Grosse and
Salakhutdinov 2016; Tipping and Bishop 1999.

Theorems are stated for any latent space: `q` and `prior` are densities on it and `lik` is the likelihood p(x|z) of one
datum x as a function of the latent z.  The linear Gaussian model is where everything can also be computed.
"""

from __future__ import annotations

from sympy import Expr, Integer, Integral, Matrix, Rational, cos, exp, eye, log, oo, sqrt

from .claims import AllOf, Claim, Definition, Identity, Inequality
from .divergence import kl
from .gaussian import DiagonalNormal, MultivariateNormal, Normal
from .gaussian import kl as normal_kl
from .measures import expect, integral
from .statements import Printed, Step, Theorem, statement
from .symbols import POSITIVE, Domain, density, function, integer, positive, real, reals

EQUATIONS = (518, 519, 520, 521, 522, 523, 524, 525)

CLOSED_UNIT = Domain(Integer(0), Integer(1), lower_open=False, upper_open=False)

q, prior = density("q"), density("pi", tex=r"\pi")  # variational posterior and prior, on any latent space
lik = function("l", POSITIVE, tex=r"\ell")  # likelihood of the datum given the latent
joint = function("j", POSITIVE)  # joint density of datum and latent, at one latent value
test = function("f")  # any test function
target, output = function("x"), function("y", tex=r"\hat{x}")  # coordinates of a datum and of its reconstruction

evidence = integral(prior * lik)
posterior = prior * lik / evidence
elbo = expect(q, log(lik)) - kl(q, prior)

x, z, t, b = reals("x z t b")
mu, mean0 = real("mu", tex=r"\mu"), real("mu0", tex=r"\mu_0")
sigma = positive("sigma", tex=r"\sigma", typical=(0.3, 2))
scale0 = positive("sigma0", tex=r"\sigma_0", typical=(0.3, 2))
w = real("w")  # loading of the linear Gaussian model
s = positive("s", typical=(0.3, 2))  # its noise
k = integer("k", least=1)
standard, q_normal = Normal(0, 1), Normal(mu, sigma**2)
decoder = Normal(w * z + b, s**2)  # likelihood of the linear Gaussian model, whose prior is `standard`


def over_line(expr: Expr, variable: Expr) -> Integral:
    """The integral over the real line."""
    return Integral(expr, (variable, -oo, oo))


def closed_kl(mean: Expr, scale: Expr, mean0: Expr, scale0: Expr) -> Expr:
    """The divergence of N(mean, scale^2) from N(mean0, scale0^2), as `gaussian_kl` proves it."""
    return log(scale0 / scale) + (scale**2 + (mean - mean0) ** 2) / (2 * scale0**2) - Rational(1, 2)


@statement(answers=(518,), references=("kingma2014",))
def reconstruction_loss() -> Theorem:
    """The squared reconstruction error of a vector of any dimension is nonnegative, vanishes at the datum, and its
    midpoint convexity gap is a quarter of the squared distance of the two outputs."""
    other = function("u", tex=r"\hat{u}")

    def properties(loss: Expr) -> dict[str, Claim]:
        at = {out: loss.xreplace({output: out}) for out in (output, other, target, (output + other) / 2)}
        gap = (at[output] + at[other]) / 2 - at[(output + other) / 2]
        return {
            "nonnegative": Inequality(loss, ">=", Integer(0)),
            "zero at the datum": Identity(at[target], Integer(0)),
            "curvature": Identity(gap, integral((output - other) ** 2) / 4),
        }

    loss = Definition(r"L(x,\hat{x})", integral((target - output) ** 2), properties)
    note = (
        "The sentence calls it the mean squared error: that is this sum divided by the number of coordinates, "
        "which has the same minimizers."
    )
    return Theorem(loss, mutants={"no square": loss.of(integral(target - output))}, printed={518: Printed(note=note)})


@statement(answers=(519,), references=("baldi1989", "bourlard1988"))
def linear_autoencoder() -> Theorem:
    """The expected reconstruction error of a linear autoencoder with one code unit, on centred data with variances
    b + c and b along the axes, is stationary at the projection on the first axis, where it is b."""
    v1, v2, w1, w2 = reals("v1 v2 w1 w2")  # encoder x -> v.x and decoder c -> c w
    small, excess = positive("b"), positive("c")  # variances b + c along the first axis, b along the second
    error = (
        (small + excess) * ((1 - w1 * v1) ** 2 + (w2 * v1) ** 2)  # E x1^2 terms
        + small * ((1 - w2 * v2) ** 2 + (w1 * v2) ** 2)  # E x2^2 terms; E x1 x2 = 0
    )

    def properties(objective: Expr) -> dict[str, Claim]:
        first = {w1: 1, w2: 0, v1: 1, v2: 0}
        second = {w1: 0, w2: 1, v1: 0, v2: 1}
        return {
            "attained on the first axis": Identity(objective.subs(first), small),
            "more on the second axis": Identity(objective.subs(second), small + excess),
            "all the variance without a code": Identity(objective.subs(dict.fromkeys(first, 0)), 2 * small + excess),
            "code of the first decoded onto the second": Identity(
                objective.subs({v1: 1, v2: 0, w1: 0, w2: 1}), 3 * small + 2 * excess
            ),
            "stationary there": Identity(sum(objective.diff(one).subs(first) ** 2 for one in first), Integer(0)),
        }

    objective = Definition(r"\mathbb{E}\lVert x-w v^{\top}x\rVert^2", error, properties)
    return Theorem(
        objective,
        mutants={"decoder forgotten": objective.of(error.subs({w1: 1, w2: 1}))},
        printed={519: Printed(note="Written out for the linear autoencoder: vae.principal_subspace has its minimum.")},
    )


@statement(references=("baldi1989", "eckart1936"))
def principal_subspace() -> Theorem:
    """In any dimension, no linear autoencoder with one code unit has a smaller error than the total variance less the
    largest one, which projecting on the axis of the largest variance attains: principal component analysis."""
    # Along the principal axes i: variances top * share_i, encoder u_i, decoder c sqrt(rho_i), so |decoder| = |c|.
    top, c = positive("L", tex=r"\lambda_1"), real("c")
    share, encoder, rho = function("h", CLOSED_UNIT), function("u"), density("rho", tex=r"\rho")
    variance = top * share
    error = (
        integral(variance) - 2 * c * integral(variance * sqrt(rho) * encoder) + c**2 * integral(variance * encoder**2)
    )
    best = integral(variance * (1 - rho))  # of all encoders for this decoder: the variance off its line
    least = integral(variance) - top
    return Theorem(
        Inequality(error, ">=", least),
        derivation=(
            Step(best + integral(variance * (c * encoder - sqrt(rho)) ** 2), "complete the square"),
            Step(best, "variances are nonnegative", ">="),
            Step(least + top * integral((1 - share) * rho), "the squares of a unit vector add to one"),
            Step(least, "no variance exceeds the largest", ">="),
        ),
        mutants={
            "half the largest variance spared": Inequality(error, ">=", integral(variance) - top / 2),
            "nothing spared": Inequality(error, ">=", integral(variance)),
        },
    )


@statement(answers=(520,), references=("kingma2014",))
def joint_factorization() -> Theorem:
    """The joint density is the conditional density of the datum given the latent times the density of the latent: as
    functionals of any test function, wherever the latent has positive density."""
    given = joint / integral(joint)  # the density of the datum given one latent value
    claims = {
        "factorization": Identity(integral(joint * test), integral(given * test) * integral(joint)),
        "the conditional is normalized": Identity(integral(given), Integer(1)),
    }
    mutants = {"the latent's density forgotten": Identity(integral(joint * test), integral(given * test))}
    return Theorem(AllOf(claims), mutants=mutants)


@statement(answers=(521,), references=("kingma2014",), cites=(joint_factorization,))
def evidence_integral() -> Theorem:
    """The evidence is the likelihood integrated against the prior, the constant that makes Bayes' posterior a density;
    in the linear Gaussian model it is a Gaussian whose variance adds the noise to the squared loading."""
    integrated = over_line(decoder.pdf(x) * standard.pdf(z), z)
    claims = {
        "Bayes' posterior is a density": Identity(integral(posterior), Integer(1)),
        "linear Gaussian model": Identity(integrated, Normal(b, w**2 + s**2).pdf(x)),
    }
    mutants = {
        "prior forgotten": Identity(integral(prior * lik / integral(lik)), Integer(1)),
        "noise counted twice": Identity(integrated, Normal(b, w**2 + 2 * s**2).pdf(x)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("kingma2014", "blei2017"))
def evidence_decomposition() -> Theorem:
    """The log-evidence is the evidence lower bound plus the divergence from the variational to the true posterior."""
    return Theorem(
        Identity(log(evidence), elbo + kl(q, posterior)),
        derivation=(
            Step(expect(q, log(evidence)), "the log-evidence does not depend on the latent, and q integrates to one"),
            Step(expect(q, log(lik) + log(prior) - log(posterior)), "Bayes' rule at each point"),
            Step(
                expect(q, log(lik)) + expect(q, log(prior) - log(q)) + expect(q, log(q) - log(posterior)),
                "add and subtract the entropy of q, then linearity",
            ),
        ),
        mutants={
            "divergence reversed": Identity(log(evidence), elbo + kl(posterior, q)),
            "divergence to the prior": Identity(log(evidence), elbo + kl(q, prior)),
        },
    )


@statement(answers=(522,), references=("kingma2014", "jordan1999"), cites=(evidence_decomposition,))
def evidence_lower_bound() -> Theorem:
    """The log-evidence is at least the expected log-likelihood minus the divergence of q from the prior, for any q."""
    return Theorem(
        Inequality(log(evidence), ">=", elbo),
        derivation=(
            Step(elbo + kl(q, posterior), "the decomposition of the evidence", by=evidence_decomposition.at()),
            Step(elbo, "a divergence is nonnegative", ">="),
        ),
        mutants={
            "divergence forgotten": Inequality(log(evidence), ">=", expect(q, log(lik))),
            "divergence added": Inequality(log(evidence), ">=", expect(q, log(lik)) + kl(q, prior)),
            "divergence reversed": Inequality(log(evidence), ">=", expect(q, log(lik)) - kl(prior, q)),
        },
    )


@statement(references=("jordan1999", "burda2016"))
def jensen_form() -> Theorem:
    """The logarithm of the mean importance weight is at least the mean of its logarithm."""
    weight = prior * lik / q
    return Theorem(
        Inequality(log(expect(q, weight)), ">=", expect(q, log(weight))),
        mutants={"logarithm forgotten": Inequality(log(expect(q, weight)), ">=", expect(q, weight))},
    )


@statement(answers=(523,), references=("kingma2014",), cites=(evidence_lower_bound, evidence_decomposition))
def elbo_objective() -> Theorem:
    """The objective of a variational autoencoder is the mean log importance weight: a bound on the log-evidence that is
    tight at the true posterior."""

    def properties(value: Expr) -> dict[str, Claim]:
        return {
            "mean log weight": Identity(value, expect(q, log(prior * lik / q))),
            "lower bound": Inequality(value, "<=", log(evidence)),
            "tight at the posterior": Identity(value.xreplace({q: posterior}), log(evidence)),
        }

    objective = Definition(r"\mathcal{L}_{\mathrm{VAE}}(x)", elbo, properties)
    return Theorem(
        objective,
        mutants={
            "divergence reversed": objective.of(expect(q, log(lik)) - kl(prior, q)),
            "divergence to the posterior": objective.of(expect(q, log(lik)) - kl(q, posterior)),
        },
        printed={523: Printed(note="Written as a loss, but it is to be maximized.")},
    )


@statement(answers=(524,), references=("kingma2014", "rezende2014"))
def reparametrization() -> Theorem:
    """If eps is standard normal then mu + sigma eps is normal with mean mu and variance sigma^2, in each coordinate:
    its density by the change of variables, and its moment generating function."""
    generating = exp(t * mu) * over_line(exp(t * sigma * x) * standard.pdf(x), x)
    claims = {
        "density": Identity(standard.pdf((z - mu) / sigma) / sigma, q_normal.pdf(z)),
        "moment generating function": Identity(generating, q_normal.mgf(t)),
    }
    mutants = {
        "scaled by the variance": Identity(standard.pdf((z - mu) / sigma**2) / sigma**2, q_normal.pdf(z)),
        "Jacobian forgotten": Identity(standard.pdf((z - mu) / sigma), q_normal.pdf(z)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("kingma2014", "mohamed2020"), cites=(reparametrization,))
def reparametrized_gradient() -> Theorem:
    """The gradient of E_q f in mean and scale is the mean of f' and of eps f' at mu + sigma eps: for the exponentials
    f(z) = exp(t z), which generate every moment."""
    value, slope = q_normal.mgf(t), t * exp(t * (mu + sigma * x))
    claims = {
        "mean": Identity(value.diff(mu), over_line(slope * standard.pdf(x), x)),
        "scale": Identity(value.diff(sigma), over_line(x * slope * standard.pdf(x), x)),
    }
    mutants = {"noise forgotten": Identity(value.diff(sigma), over_line(slope * standard.pdf(x), x))}
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("williams1992", "mohamed2020"))
def score_gradient() -> Theorem:
    """The gradient of E_q f is the mean of f times the score of q, for f(z) = exp(t z); the score has mean zero, so
    that a constant may be taken from f."""
    value, score = q_normal.mgf(t), q_normal.logpdf(z)
    weigh = exp(t * z) * q_normal.pdf(z)
    claims = {
        "mean": Identity(value.diff(mu), over_line(weigh * score.diff(mu), z)),
        "scale": Identity(value.diff(sigma), over_line(weigh * score.diff(sigma), z)),
        "score has mean zero": Identity(over_line(q_normal.pdf(z) * score.diff(sigma), z), Integer(0)),
    }
    mutants = {"score not weighed": Identity(value.diff(mu), over_line(q_normal.pdf(z) * score.diff(mu), z))}
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("mohamed2020",), cites=(reparametrized_gradient, score_gradient))
def gradient_variances() -> Theorem:
    """For f(z) = z^2 the reparametrized gradient in the mean has variance 4 sigma^2, less than the score-function
    gradient's; for f(z) = cos(2 z) and a standard normal q it has the larger one: neither dominates in general."""
    slope, weighed = 2 * (mu + sigma * x), z**2 * q_normal.logpdf(z).diff(mu)
    by_path = over_line(slope**2 * standard.pdf(x), x) - over_line(slope * standard.pdf(x), x) ** 2
    by_score = over_line(weighed**2 * q_normal.pdf(z), z) - over_line(weighed * q_normal.pdf(z), z) ** 2
    closed = mu**4 / sigma**2 + 14 * mu**2 + 15 * sigma**2
    # For the cosine both means are 0 by symmetry; cos^2 and sin^2 are written with twice the angle.
    wave_by_path = standard.expect(4 * (1 - cos(4 * x)) / 2, x)
    wave_by_score = standard.expect(x**2 * (1 + cos(4 * x)) / 2, x)
    claims = {
        "by path": Identity(by_path, 4 * sigma**2),
        "by score": Identity(by_score, closed),
        "square": Inequality(4 * sigma**2, "<", closed),
        "wave": Inequality(wave_by_path, ">", wave_by_score),
    }
    mutants = {
        "square of the mean forgotten": Identity(by_score, closed + 4 * mu**2),
        "the path always wins": Inequality(wave_by_path, "<=", wave_by_score),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("kingma2014",))
def gaussian_kl() -> Theorem:
    """The divergence between two normal distributions on the line, from its integral."""
    log_ratio = q_normal.logpdf(z) - Normal(mean0, scale0**2).logpdf(z)
    divergence = over_line(q_normal.pdf(z) * log_ratio, z)
    return Theorem(
        Identity(divergence, closed_kl(mu, sigma, mean0, scale0)),
        mutants={"reversed": Identity(divergence, closed_kl(mean0, scale0, mu, sigma))},
    )


@statement(references=("kingma2014",), cites=(gaussian_kl,))
def diagonal_kl() -> Theorem:
    """From a diagonal to the standard normal law, in two dimensions, the divergence is half the sum over coordinates of
    mu_i^2 + sigma_i^2 - 1 - log sigma_i^2; in any dimension that sum is nonnegative."""
    mean, scale = function("mu", tex=r"\mu"), function("sigma", POSITIVE, tex=r"\sigma")  # over coordinates
    total = integral(mean**2 + scale**2 - 1 - log(scale**2)) / 2
    m1, m2 = reals("m1 m2")
    s1, s2 = positive("s1"), positive("s2")
    divergence = normal_kl(DiagonalNormal((m1, m2), (s1**2, s2**2)), DiagonalNormal((0, 0), (1, 1)))
    closed = sum(m**2 + v**2 - 1 - log(v**2) for m, v in ((m1, s1), (m2, s2))) / 2
    claims = {"two dimensions": Identity(divergence, closed), "nonnegative": Inequality(total, ">=", Integer(0))}
    unsquared = integral(mean**2 + scale - 1 - log(scale**2))
    mutants = {
        "standard deviation for the variance": Inequality(unsquared, ">=", Integer(0)),
        "strictly positive": Inequality(total, ">", Integer(0)),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("kingma2014",), cites=(gaussian_kl,))
def full_covariance_kl() -> Theorem:
    """The divergence of a normal law with any covariance from the standard normal is half of trace plus squared mean
    minus size minus log determinant."""
    m1, m2, correlation = reals("m1 m2 r")
    s1, s2 = positive("s1"), positive("s2")
    factor = Matrix([[s1, 0], [correlation, s2]])  # of Cholesky
    covariance = factor * factor.T
    law, unit = MultivariateNormal(Matrix([m1, m2]), covariance), MultivariateNormal(Matrix([0, 0]), eye(2))
    squares = covariance.trace() + m1**2 + m2**2 - 2
    return Theorem(
        Identity(normal_kl(law, unit), (squares - log(covariance.det())) / 2),
        sizes="two dimensions, any entries",
        mutants={"log determinant of the factor": Identity(normal_kl(law, unit), (squares - log(factor.det())) / 2)},
    )


@statement(answers=(525,), references=("kingma2014",))
def monte_carlo_elbo() -> Theorem:
    """The mean over K draws from q of log-likelihood plus log-prior minus log-q estimates the bound without bias."""

    def estimates(*terms: Expr) -> Expr:
        """The expectation of the average over k independent draws from q of the sum of the terms."""
        return k * expect(q, sum(terms, Integer(0))) / k

    return Theorem(
        Identity(estimates(log(lik), log(prior), -log(q)), elbo),
        derivation=(Step(expect(q, log(lik)) + expect(q, log(prior) - log(q)), "linearity of the expectation"),),
        mutants={
            "likelihood forgotten": Identity(estimates(log(prior), -log(q)), elbo),
            "prior with the wrong sign": Identity(estimates(log(lik), -log(prior), -log(q)), elbo),
        },
        printed={
            525: Printed(
                Identity(estimates(log(lik), -log(q)), elbo),
                correction=r"\hat{\mathcal{L}}_{\mathrm{VAE}}(x)=\frac{1}{K}\sum_{k=1}^{K}\left["
                r"\log p_{\theta_d}(x\mid z_k)+\log p(z_k)-\log q_{\theta_e}(z_k\mid x)\right]",
                note="The printed average estimates expected log-likelihood plus entropy of q: the prior is missing.",
            )
        },
    )


@statement(references=("burda2016",), cites=(jensen_form,))
def importance_weighted_bound() -> Theorem:
    """The bound with k + 1 importance samples is at least the bound with k, since the mean of k + 1 weights is the mean
    of their leave-one-out means and the logarithm is concave; neither exceeds the log-evidence, by Jensen's form."""
    total = positive("S")  # of k + 1 weights
    left_out = density("u")  # the uniform law over which weight is left out: weights w, leave-one-out means (S - w) / k
    rest = function("h", POSITIVE)
    mean_log, log_mean = expect(left_out, log(rest)), log(expect(left_out, rest))
    claims = {
        "leave one out": Identity(((k + 1) * total - total) / (k * (k + 1)), total / (k + 1)),
        "concavity": Inequality(mean_log, "<=", log_mean),
    }
    mutants = {
        "one weight too many": Identity(((k + 1) * total - total) / (k * k), total / (k + 1)),
        "convexity": Inequality(mean_log, ">=", log_mean),
    }
    return Theorem(AllOf(claims), mutants=mutants)


@statement(references=("tipping1999",), cites=(evidence_integral,))
def linear_gaussian_posterior() -> Theorem:
    """In the linear Gaussian model prior times likelihood is evidence times a normal posterior."""
    total = w**2 + s**2

    def split(mean: Expr, variance: Expr) -> Claim:
        return Identity(standard.pdf(z) * decoder.pdf(x), Normal(b, total).pdf(x) * Normal(mean, variance).pdf(z))

    mutants = {
        "posterior variance of the noise": split(w * (x - b) / total, s**2),
        "mean not centred": split(w * x / total, s**2 / total),
    }
    return Theorem(split(w * (x - b) / total, s**2 / total), mutants=mutants)


@statement(references=("tipping1999", "lucas2019"), cites=(evidence_decomposition, linear_gaussian_posterior))
def linear_gaussian_gap() -> Theorem:
    """In the linear Gaussian model the gap between log-evidence and bound is the divergence of two normal laws."""
    total = w**2 + s**2
    bound = q_normal.expect(decoder.logpdf(x) + standard.logpdf(z) - q_normal.logpdf(z), z)
    missing = Normal(b, total).logpdf(x) - bound
    gap = closed_kl(mu, sigma, w * (x - b) / total, s / sqrt(total))
    return Theorem(Identity(missing, gap), mutants={"twice the width": Identity(missing, gap.subs(sigma, 2 * sigma))})


@statement(references=("tipping1999",), cites=(linear_gaussian_posterior,))
def probabilistic_pca() -> Theorem:
    """With equal noise in all coordinates, prior times likelihood is evidence times posterior: the evidence has
    covariance w w^T + s^2 I and the posterior's mean is w^T (x - b) / (|w|^2 + s^2)."""
    w1, w2, b1, b2, x1, x2 = reals("w1 w2 b1 b2 x1 x2")
    total = w1**2 + w2**2 + s**2
    both = standard.logpdf(z) + Normal(w1 * z + b1, s**2).logpdf(x1) + Normal(w2 * z + b2, s**2).logpdf(x2)
    loading, centre = Matrix([w1, w2]), (w1 * (x1 - b1) + w2 * (x2 - b2)) / total

    def split(covariance: Matrix, width: Expr) -> Claim:
        law = MultivariateNormal(Matrix([b1, b2]), covariance)
        return Identity(both, law.logpdf(Matrix([x1, x2])) + Normal(centre, width).logpdf(z))

    covariance = loading * loading.T + s**2 * eye(2)
    return Theorem(
        split(covariance, s**2 / total),
        sizes="two coordinates and one latent unit",
        mutants={
            "noise twice": split(covariance + s**2 * eye(2), s**2 / total),
            "posterior variance of the noise": split(covariance, s**2),
        },
    )
