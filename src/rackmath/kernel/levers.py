"""The options with some inputs moved: what break-evens and sensitivities are made of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from rackmath.kernel.bind import Input
from rackmath.kernel.params import Array
from rackmath.kernel.scenario import Option, Scenario
from rackmath.kernel.sensitivity import at_once
from rackmath.units import convert

Values = Mapping[str, Any]


class Levers:
    """Evaluate the options with some inputs moved: by probability for uncertain ones, by value for a swept one."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.uncertain: dict[str, list[tuple[Option, Input]]] = {}
        self._last: tuple[dict[str, Any], Array] = ({}, np.empty(0))
        for option, each in scenario.leaves():
            if each.uncertain:
                self.uncertain.setdefault(each.stream, []).append((option, each))

    def cost(self, option: Option, probabilities: Values, fixed: Values | None = None, unit: str = "") -> Array:
        """Return the option's total in the scenario's unit; inputs that are not named stay at their medians."""

        def value_of(each: Input) -> Any:
            if fixed and each.name in fixed:
                return convert(fixed[each.name], unit, each.unit)
            return each.at(probabilities.get(each.stream, 0.5))

        result = option.bound.evaluate(value_of)
        return np.asarray(result.total, dtype=np.float64) * convert(1.0, result.unit, self.scenario.unit)

    def costs(self, probabilities: Values) -> Array:
        """Return all options' totals, one row an option.

        Where some of the arrays are those of the call that was last made in full, only the options that have a moved
        input are evaluated anew: that is how a Sobol index is made, and most inputs belong to one option.
        """
        base, rows = self._last
        moved = [name for name, places in probabilities.items() if base.get(name) is not places]
        if len(moved) < len(probabilities) == len(base):
            owners = {option.id for name in moved for option, _ in self.uncertain[name]}
            anew = [(index, each) for index, each in enumerate(self.scenario.options) if each.id in owners]
            rows = rows.copy()
        else:
            anew = list(enumerate(self.scenario.options))
            shape = np.broadcast_shapes(*(np.shape(places) for places in probabilities.values()))
            rows = np.empty((len(anew), *shape))
            self._last = (dict(probabilities), rows)
        for index, option in anew:
            rows[index] = self.cost(option, probabilities)
        return rows

    @cached_property
    def _medians(self) -> Array:
        return np.array([float(self.cost(option, {})) for option in self.scenario.options])

    def each_moved(self, places: Mapping[str, Array]) -> dict[str, Array]:
        """Return for every input that is moved alone what `costs` gives, evaluating only the options that have it.

        Parameters
        ----------
        places
            Input to the probabilities at which it is wanted, all equally long.
        """
        size = len(next(iter(places.values()), ()))
        found = {name: np.repeat(self._medians[:, None], size, axis=1) for name in places}
        for index, option in enumerate(self.scenario.options):
            own = [name for name in places if any(owner.id == option.id for owner, _ in self.uncertain[name])]
            if own:

                def cost(asked: Mapping[str, Array], option: Option = option) -> Array:
                    return self.cost(option, asked)

                for name, row in zip(own, at_once(cost, [{name: places[name]} for name in own]), strict=True):
                    found[name][index] = row
        return found
