"""Numbers as they are shown: one rounding for reports, pages, figures, their files and the command.

Halves go up, counted in decimals: 5 of 16 is 31.3% wherever it stands.
"""

from decimal import ROUND_HALF_UP, Decimal

_NOISE = 9
"""Decimals beyond which a difference is one of binary fractions: 0.285 is 28.5%."""


def rounded(value: float, decimals: int = 1) -> Decimal:
    """A number as it is printed: 62.5 without decimals is 63, -0.04 with one is 0.0."""
    exact = Decimal(str(round(value, _NOISE)))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0


def percent(value: float, decimals: int = 1) -> str:
    """A share as a percentage: 0.3125 is '31.3%'."""
    return f"{rounded(100 * value, decimals)}%"
