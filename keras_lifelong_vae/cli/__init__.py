"""The command line: parses and calls; one file per command."""

from keras_lifelong_vae.cli.main import build_parser, main

__all__ = ["build_parser", "main"]
