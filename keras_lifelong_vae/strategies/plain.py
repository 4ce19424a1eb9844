"""The plain VAE that every strategy without replay starts from."""

from collections.abc import Mapping
from typing import Any

# Nothing is replayed. A prior or a target that knows the task would make such a model forget even
# more, so p(z_d) is uniform and z_d free: the plain VAE is the fairer rival.
PLAIN: Mapping[str, Any] = {
    "replay_share": 0.0,
    "category_prior": "uniform",
    "category_target_weight": 0.0,
}
