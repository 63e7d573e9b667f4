"""Estimators of field experiments, on plain arrays: what an econometrician would run.

Intention to treat by a difference in means or by analysis of covariance (ANCOVA: the outcome
before the trial as covariate; McKenzie 2012, Beyond baseline and follow-up). Standard errors are
HC2 where firms are drawn (MacKinnon and White 1985; for a difference in means Neyman's) and CR2
where villages are (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018). Treatment on the treated
is Wald's ratio with the delta method, which is two-stage least squares (Imbens and Angrist 1994).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

__all__ = ["Estimate", "anova_icc", "critical", "design_matrix", "itt", "least_squares", "tot"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
_LEVERAGE = 1e-10
"""A direction with no more room than this is the cluster's own: it says nothing of the error."""


_ROUNDING = 1e-12


class Estimate(NamedTuple):
    """An effect with its standard error.

    Attributes:
        value: nan where it cannot be had.
        error: standard error over units.
        freedom: degrees of freedom of the t distribution its interval is read from.
    """

    value: float
    error: float
    freedom: float

    @property
    def half(self) -> float:
        """Half the width of the 95 % interval."""
        return critical(self.freedom) * self.error


NOTHING = Estimate(math.nan, math.nan, math.nan)


def critical(freedom: float) -> float:
    """The 97.5 % point of Student's t."""
    return float(stdtrit(freedom, 0.975)) if freedom > 0 else math.nan


def design_matrix(treated: npt.NDArray[np.bool_], baseline: Floats | None) -> Floats:
    """(units, 2 or more): a constant, assignment, and the outcome before the trial.

    Where the outcome before is not known it stands at its mean, with a mark; a covariate that is
    the same for all is left out.
    """
    columns = [np.ones(treated.size), treated.astype(np.float64)]
    if baseline is not None:
        known = np.isfinite(baseline)
        centred = np.where(known, baseline - baseline[known].mean() if known.any() else 0.0, 0.0)
        for column in (centred, (~known).astype(np.float64)):
            spread = float(column.max() - column.min()) if column.size else 0.0
            if spread > 1e-12 * max(1.0, float(np.abs(column).max(initial=0.0))):
                columns.append(column)
    return np.column_stack(columns)


def least_squares(
    y: Floats, X: Floats, cluster: Codes | None = None
) -> tuple[Floats, Floats, Floats]:
    """Coefficients, their covariance (HC2, or CR2 with clusters) and residuals.

    Args:
        y: (units,).
        X: (units, columns), of full rank.
        cluster: of each unit; none where each is its own.
    """
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ (X.T @ y)
    residuals = y - X @ beta
    if cluster is None:
        leverage = np.einsum("ij,jk,ik->i", X, bread, X)
        room = 1.0 - leverage
        weight = np.where(room > _LEVERAGE, residuals**2 / np.where(room > 0.0, room, 1.0), 0.0)
        meat = (X * weight[:, np.newaxis]).T @ X
        return beta, bread @ meat @ bread, residuals
    # H_gg = U_g U_g' with U = X L and bread = L L'; what (I - H_gg)^(-1/2) does to U_g' e_g needs
    # the small matrix U_g' U_g only.
    half = np.linalg.cholesky(bread)
    U = X @ half
    _, code = np.unique(cluster, return_inverse=True)
    groups, wide = int(code.max()) + 1, X.shape[1]
    inner = np.zeros((groups, wide, wide))
    np.add.at(inner, code, U[:, :, np.newaxis] * U[:, np.newaxis, :])
    scores = np.zeros((groups, wide))
    np.add.at(scores, code, U * residuals[:, np.newaxis])
    values, vectors = np.linalg.eigh(inner)
    room = 1.0 - values
    stretch = np.where(room > _LEVERAGE, 1.0 / np.sqrt(np.where(room > 0.0, room, 1.0)), 0.0)
    turned = np.einsum("gji,gj->gi", vectors, scores) * stretch
    adjusted = np.einsum("gij,gj->gi", vectors, turned)
    return beta, half @ (adjusted.T @ adjusted) @ half.T, residuals


def _degrees(X: Floats, cluster: Codes | None) -> float:
    if cluster is None:
        return float(X.shape[0] - X.shape[1])
    return float(np.unique(cluster).size - 2)


def _enough(treated: npt.NDArray[np.bool_], cluster: Codes | None) -> bool:
    """Two of each arm at least: units, or clusters where these are drawn."""
    arms = [treated, ~treated]
    counts = [arm.sum() if cluster is None else np.unique(cluster[arm]).size for arm in arms]
    return min(counts) >= 2


def itt(
    y: Floats,
    treated: npt.NDArray[np.bool_],
    baseline: Floats | None = None,
    cluster: Codes | None = None,
) -> Estimate:
    """Effect of being assigned.

    Args:
        y: outcome of the units that were surveyed.
        treated: whom it was offered.
        baseline: outcome before the trial, for ANCOVA.
        cluster: village of each, where villages were drawn.
    """
    if not _enough(treated, cluster):
        return NOTHING
    X = design_matrix(treated, baseline)
    beta, covariance, _ = least_squares(y, X, cluster)
    return _estimate(float(beta[1]), float(covariance[1, 1]), y, _degrees(X, cluster))


def _estimate(value: float, variance: float, y: Floats, freedom: float) -> Estimate:
    """An effect; what is only rounding, where nothing moves an outcome at all, is zero."""
    least = _ROUNDING * float(np.abs(y).max(initial=0.0))
    error = math.sqrt(max(0.0, variance))
    return Estimate(value if abs(value) > least else 0.0, error if error > least else 0.0, freedom)


def tot(
    y: Floats,
    treated: npt.NDArray[np.bool_],
    takes: npt.NDArray[np.bool_],
    baseline: Floats | None = None,
    cluster: Codes | None = None,
) -> tuple[Estimate, float]:
    """Effect on those who take it up because it was offered, and the share that does.

    The delta method for a ratio of two coefficients of one design is the sandwich of `y - ratio d`.
    """
    if not _enough(treated, cluster):
        return NOTHING, math.nan
    X = design_matrix(treated, baseline)
    d = takes.astype(np.float64)
    first = float(least_squares(d, X, cluster)[0][1])
    if first <= 0.0:
        return NOTHING, first
    ratio = float(least_squares(y, X, cluster)[0][1]) / first
    _, covariance, _ = least_squares(y - ratio * d, X, cluster)
    variance = float(covariance[1, 1]) / first**2
    return _estimate(ratio, variance, y, _degrees(X, cluster)), first


def anova_icc(values: Floats, cluster: Codes) -> float:
    """Share of the variance that lies between clusters, by analysis of variance; never below 0."""
    names, code = np.unique(cluster, return_inverse=True)
    sizes = np.bincount(code).astype(np.float64)
    n, groups = float(values.size), float(names.size)
    if groups < 2 or n <= groups:
        return math.nan
    means = np.bincount(code, values) / sizes
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (groups - 1.0)
    within = float(((values - means[code]) ** 2).sum()) / (n - groups)
    usual = (n - float((sizes**2).sum()) / n) / (groups - 1.0)
    total = between + (usual - 1.0) * within
    return max(0.0, (between - within) / total) if total > 0.0 else math.nan
