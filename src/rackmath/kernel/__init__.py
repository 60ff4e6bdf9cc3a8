"""The kernel: declare a model, bind its inputs, run it, and keep the receipt."""

from rackmath.kernel.catalogue import UnknownModel, get, registry
from rackmath.kernel.declare import Model, NotFinite, model
from rackmath.kernel.params import Array, Choice, Param, Real, Series
from rackmath.kernel.result import Note, Path, Result

__all__ = [
    "Array",
    "Choice",
    "Model",
    "NotFinite",
    "Note",
    "Param",
    "Path",
    "Real",
    "Result",
    "Series",
    "UnknownModel",
    "get",
    "model",
    "registry",
]
