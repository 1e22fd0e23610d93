"""Control limits of funnel plots: how far a hospital may lie from the others by chance.

Belongs here: exact binomial limits for counts, added to a table of numerators and denominators.
Does not belong here: what is compared (`outcomes`, `patterns`), what is made of it (rules).

Source: Spiegelhalter DJ. Funnel plots for comparing institutional performance. Stat Med
2005;24:1185-202: limits at the target share, exact binomial, 99.8% (1 in 1000 on either side).
They are computed by scipy once for each pair of denominator and target. Pages of hospitals show
95% as well (1 in 40 on either side).
"""

import duckdb
import numpy as np

TAIL = 0.001
"""Probability beyond each limit: both together leave 99.8%."""
TAIL_95 = 0.025
"""Probability beyond each limit of 95%."""


def limits(
    denominators: object, targets: object, tail: float = TAIL
) -> tuple[np.ndarray, np.ndarray]:
    """The fewest and the most that chance explains.

    Args:
        denominators: Counts, an array.
        targets: Shares from 0 to 1, an array of the same length.
        tail: Probability beyond each limit.

    Returns:
        Two arrays of counts; a count below the first or above the second has a probability of
        less than the tail on its side.
    """
    from scipy.stats import binom  # half a second to import

    n, p = np.asarray(denominators), np.asarray(targets)
    # ppf gives the least k with P(X <= k) >= q: fewer than that has a probability below q.
    return binom.ppf(tail, n, p), binom.ppf(1 - tail, n, p)


def expected_outside(denominators: object, targets: object, tail: float) -> np.ndarray:
    """Probability that chance alone puts each count outside its limits: at most twice the tail.

    Args:
        denominators: Counts, an array.
        targets: Shares from 0 to 1, an array of the same length.
        tail: Probability beyond each limit.
    """
    from scipy.stats import binom

    n, p = np.asarray(denominators), np.asarray(targets)
    fewest, most = limits(n, p, tail)
    return np.asarray(binom.cdf(fewest - 1, n, p) + binom.sf(most, n, p))


def drawn_limits(denominators: object, target: float, tail: float) -> tuple[np.ndarray, np.ndarray]:
    """The limits as shares, smooth enough to draw: between the last count inside and the next.

    The counts of `limits` jump. Between two of them the line goes where the tail would be reached
    (Spiegelhalter 2005, appendix A.1.1), so that a count is drawn outside exactly when it is.

    Args:
        denominators: Counts from 1, an array.
        target: The share expected.
        tail: Probability beyond each limit.
    """
    n = np.asarray(denominators)
    return _lower(n, target, tail), 1 - _lower(n, 1 - target, tail)


def _lower(n: np.ndarray, p: float, tail: float) -> np.ndarray:
    from scipy.stats import binom

    fewest = binom.ppf(tail, n, p)
    mass = binom.pmf(fewest, n, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = np.where(mass > 0, (binom.cdf(fewest, n, p) - tail) / mass, 0.0)
    return np.asarray(np.clip((fewest - np.clip(beyond, 0, 1)) / n, 0, 1))


def add_limits(
    con: duckdb.DuckDBPyConnection,
    table: str,
    *,
    denominator: str,
    target: str,
    lower: str | None = None,
    upper: str = "upper_limit",
) -> None:
    """Fill the limits of every row of a table whose target share is known.

    Args:
        con: The warehouse.
        table: The table.
        denominator: Its column of counts.
        target: SQL of the share expected.
        lower: Its column of the lower limit; None when there is none.
        upper: Its column of the upper limit.
    """
    pairs = con.execute(
        f"select distinct {denominator} as n, {target} as p from {table} "
        f"where {target} is not null and {denominator} > 0"
    ).fetchnumpy()
    if not len(pairs["n"]):
        return
    fewest, most = limits(pairs["n"], pairs["p"])
    found = {"n": pairs["n"], "p": pairs["p"], "fewest": fewest, "most": most}
    import pyarrow as pa

    con.register("_limits", pa.table(found))
    lower_too = f"{lower} = cast(l.fewest as bigint), " if lower else ""
    con.execute(
        f"update {table} as t set {lower_too}{upper} = cast(l.most as bigint) "
        f"from _limits as l where l.n = t.{denominator} and l.p = {target}"
    )
    con.unregister("_limits")
