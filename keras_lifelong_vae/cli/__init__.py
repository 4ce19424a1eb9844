"""The command line: parses and calls; one file per command."""

from keras_lifelong_vae.cli.main import main

__all__ = ["main"]
