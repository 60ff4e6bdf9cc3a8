"""rackmath: a research brain that can do the math."""

__version__ = "0.1.0"
