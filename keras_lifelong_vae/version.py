"""The version, in one place for the package and for `setup.py`."""

__version__ = "0.1.0"
