"""The `rackmath` command. Its modules import what they need when a command runs, so that help is instant."""

from rackmath.cli.main import main

__all__ = ["main"]
