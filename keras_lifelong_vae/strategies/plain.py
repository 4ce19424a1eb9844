"""The plain VAE that every strategy without replay starts from."""

from collections.abc import Mapping
from typing import Any

# Nothing is replayed. A prior that knows the task would make such a model forget even more, so
# p(z_d) is uniform: the plain VAE is the fairer rival.
PLAIN: Mapping[str, Any] = {"replay_share": 0.0, "category_prior": "uniform"}
