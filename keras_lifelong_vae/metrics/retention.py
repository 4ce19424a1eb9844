"""How much of what there is to keep was kept."""

import math


def retention(x: float, naive: float, full_batch: float) -> float:
    """Share of the way from the naive score to the full-batch score.

        (naive - x) / (naive - full_batch)

    1: as good as a model that saw all data at once; 0: as bad as one that defends nothing;
    beyond [0, 1] it is better than the one or worse than the other.

    Args:
        x: Score of the model in question.
        naive: Score of sequential training without any defence.
        full_batch: Score of training on all data at once; all three in the same unit.

    Returns:
        The share, without a unit.

    Raises:
        ValueError: If a score is NaN or infinite, or `naive` equals `full_batch`.

    Example:

    ```python
    retention(250.0, naive=330.0, full_batch=230.0)  # 0.8
    ```
    """
    for name, score in (("x", x), ("naive", naive), ("full_batch", full_batch)):
        if not math.isfinite(score):
            raise ValueError(f"`{name}` must be a finite number, received {score!r}.")
    if naive == full_batch:
        raise ValueError(
            "`naive` must differ from `full_batch`, or there is nothing to retain, "
            f"received {naive!r} for both."
        )
    return float((naive - x) / (naive - full_batch))
