"""Shares and their uncertainty, from whole numbers. Nothing here rounds twice."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

_Z = Decimal("1.96")


def percent(part: int, whole: int) -> int:
    """Whole per cent, half up, from the integers: 20 of 31 is 65."""
    return (200 * part + whole) // (2 * whole)


def wilson(part: int, whole: int) -> tuple[int, int]:
    """The Wilson score interval at 95 per cent (z = 1.96), in whole per cent, half up: 20 of 31 is 47 to 79."""
    with localcontext() as context:
        context.prec = 40
        n, p = Decimal(whole), Decimal(part) / Decimal(whole)
        middle = p + _Z * _Z / (2 * n)
        reach = _Z * (p * (1 - p) / n + _Z * _Z / (4 * n * n)).sqrt()
        scale = 1 + _Z * _Z / n
        low, high = (middle - reach) / scale, (middle + reach) / scale
        return _whole(max(low, Decimal(0))), _whole(min(high, Decimal(1)))


def _whole(share: Decimal) -> int:
    return int((share * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def median(values: Sequence[int]) -> float | None:
    """The middle one, or the mean of the two in the middle; none of nothing."""
    if not values:
        return None
    ordered, half = sorted(values), len(values) // 2
    return float(ordered[half]) if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2
