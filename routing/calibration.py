"""From a share of the odds to the chance that the commune is the right one."""

from bisect import bisect_right

# (share of the odds, how often such a candidate was right), the shares rising. From 37,500 generated
# texts over the whole country (all ways of writing in benchmarks/routing_cases.py and former communes
# without their district, 2,500 each, seed 1, 22 November 2026), set round. The place of a divided
# commune was drawn among its parts.
_KNOTS = (
    *((0.0, 0.0), (0.05, 0.01), (0.1, 0.03), (0.2, 0.13), (0.3, 0.23), (0.4, 0.4), (0.55, 0.55)),
    *((0.6, 0.75), (0.65, 0.92), (0.8, 0.94), (0.9, 0.98), (1.0, 1.0)),
)
_SHARES = tuple(share for share, _ in _KNOTS)


def calibrated(share: float) -> float:
    """The chance that goes with a share, both from 0 to 1; straight between what was measured."""
    above = bisect_right(_SHARES, share)
    if above == len(_KNOTS):
        return 1.0
    (left, low), (right, high) = _KNOTS[above - 1], _KNOTS[above]
    return low + (high - low) * (share - left) / (right - left)
