"""What a server answered, checked before anything is made of it: it may be any program."""

from collections.abc import Mapping

import numpy as np

from client.connection import ServingError

MOST_BYTES = 1 << 27  # of one answer
AXES = {  # how many each output has, the rows among them
    **dict.fromkeys(("loc", "scale", "category_probs"), 2),
    **dict.fromkeys(("category", "negative_elbo", "reconstruction"), 1),
    **dict.fromkeys(("kl_gaussian", "kl_categorical"), 1),
    **dict.fromkeys(("novelty", "novelty_quantile", "outside_support"), 1),
}

INTEGERS = ("category", "outside_support")


def check_rows(outputs: Mapping[str, np.ndarray], rows: int) -> None:
    """Raises `ServingError` unless each output has a number in every place of so many rows."""
    for name, array in outputs.items():
        kinds = "iu" if name in INTEGERS else "iuf"
        axes = AXES.get(name, max(array.ndim, 2))
        if array.dtype.kind not in kinds or array.ndim != axes or len(array) != rows:
            wanted = "integers" if name in INTEGERS else "numbers"
            raise ServingError(
                f"the answer must have {wanted} in {rows} rows and {axes} axes for `{name}`, "
                f"received {array.dtype} of shape {array.shape}"
            )
