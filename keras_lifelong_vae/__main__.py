"""`python -m keras_lifelong_vae`, the same as `lifelong-vae`."""

import sys

from keras_lifelong_vae.cli import main

sys.exit(main())
