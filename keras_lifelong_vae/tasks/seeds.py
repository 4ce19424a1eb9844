"""One seed of the user's turned into an independent seed for every purpose."""

import numpy as np


def derived_seed(seed: int, *purpose: str) -> int:
    """Return a seed in [0, 2**63) that depends on `seed` and the words of `purpose` alone.

    The words are names, not positions: the task of one class is shuffled in the same way whether
    it is built alone or among ten, first or last.

    Args:
        seed: Seed that the user chose, at least 0.
        *purpose: What the numbers are for, such as a task's name and `"shuffle"`.

    Example:
    ```python
    rng = np.random.default_rng(derived_seed(0, "Trouser", "validation"))
    ```
    """
    entropy = [seed, *"\0".join(purpose).encode()]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(1))
