"""Build a scenario: options side by side, what they share, the load of a day, and where to look for a break-even."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from rackmath.brain.desk import Conflicted
from rackmath.errors import Problems, RackmathError
from rackmath.kernel import Model, UnknownModel, get, registry
from rackmath.kernel.params import Choice, Declared, Param, Series, label
from rackmath.kernel.scenario import MAX_BYTES, MAX_OPTIONS, Scenario, load
from rackmath.units import convert
from rackmath.web.bench.answer import default_inputs
from rackmath.web.bench.build import HOURS, changed, draft_from, hours_of
from rackmath.web.bench.decided import decided
from rackmath.web.bench.draft import Draft, OptionDraft, draft_of, text_of
from rackmath.web.bench.evidence import site_evidence
from rackmath.web.bench.fields import unit_of
from rackmath.web.bench.pairs import joinable, pair_rows
from rackmath.web.bench.share import MOST_BYTES, pack, unpack
from rackmath.web.bench.stored import FOLDER, NAME, find_stored, no_scenario, stored
from rackmath.web.numbers import capital, finite
from rackmath.web.pages import Asked, NotFound, Page, Route
from rackmath.web.pages.scenarios import decision_page
from rackmath.web.work import Action, Doing, Failed, Go
from rackmath.web.writing import desk_of, own_library, seen, told

if TYPE_CHECKING:
    from rackmath.brain.site import Site

LONGEST_ADDRESS = 3_900
EMPTY = "title: A new scenario\nunit: USD/month\noptions: {}\n"
_PLACED = re.compile(
    r"^(?:[^:]*:\d+: )?(?:option (?P<option>[^:]+): )?(?:(?P<input>[a-z][a-z0-9_]*): )?(?P<told>.*)$", re.S
)


def build(site: Site, asked: Asked) -> Page:
    """Show the builder: ``?s=`` a scenario, ``?from=`` the name of one, ``?model=`` the first option of a new one."""
    text = EMPTY
    if word := asked.get("s"):
        text = unpack(word)
    elif name := asked.get("from"):
        found = find_stored(site, name)
        if found is None:
            raise NotFound(no_scenario(site, name))
        text = found.text
    elif name := asked.get("model"):
        model = _model(name)
        if model is None:
            raise NotFound(f"there is no model {name[:80]!r}; /models lists those there are")
        draft = Draft(head={"title": model.title, "unit": model.unit or "USD/month"})
        draft.options.append(OptionDraft(draft.free_id(model.id.rpartition(".")[2].replace("_", "-")), "", model.id))
        text = text_of(draft)
    return _page(site, asked, draft_of(text), {})


def change(doing: Doing) -> Page | Go:
    """Do what a button of the builder asks, and show it again under an address that holds the new scenario."""
    fields = doing.form.plain()
    draft = draft_of(fields["text"]) if fields.get("do") == "read" and fields.get("text") else draft_from(fields)
    try:
        draft = changed(draft, fields)
        text = text_of(draft)
        if len(text.encode()) > MOST_BYTES:
            raise RackmathError(
                f"this scenario is {len(text.encode()):,} bytes long, and the builder holds {MOST_BYTES:,}; "
                f"`rackmath decide FILE` reads up to {MAX_BYTES:,}"
            )
    except RackmathError as problem:
        raise Failed(_page(doing.site, doing.asked, draft, fields, str(problem), 422)) from None
    decide = fields.get("do") == "decide"
    word = pack(text)
    path = f"/scenarios/{'shared' if decide else 'build'}?{urlencode({'s': word})}"
    if word and len(path) < LONGEST_ADDRESS:
        return Go(path)
    if decide:  # too long for an address: the page is shown without one
        return decision_page(doing.site, doing.asked, text, decided(doing.site, text, doing.asked.day), None)
    return _page(doing.site, doing.asked, draft, fields)


def save(doing: Doing) -> Go:
    """Keep a scenario in the brain of who is signed in, as ``scenarios/NAME.yaml``."""
    site, asked, fields = doing.site, doing.asked, doing.form.plain()
    library = own_library(site, asked)
    text, name = fields.get("text", "").replace("\r\n", "\n"), fields.get("name", "").strip()
    if not NAME.fullmatch(name) or name in {"build", "compare", "shared", "save"}:
        raise RackmathError("a scenario's name has small letters, digits and hyphens, such as 'serve-70b-chat'")
    scenario = load(text, site_evidence(site), name=f"{name}.yaml", today=asked.day)  # it is kept if it can be decided
    desk = desk_of(doing.work, library, asked)
    rel = f"{FOLDER}/{name}.yaml"
    base = desk.vault.read(rel)[1] if desk.vault.exists(rel) else None
    if base is not None and fields.get("replace") != "yes":
        raise Failed(decision_page(site, asked, text, decided(site, text, asked.day), None, exists=name))
    try:
        written = desk.put(rel, text, base, message=f"scenario: {scenario.title}"[:200])
    except Conflicted as problem:
        return Go(f"/proposals/{problem.proposal.id}", "Somebody changed this scenario just now. Merge the two here.")
    seen(library, [written.path])
    return Go(f"/scenarios/{name}", told(written, "The scenario is in your brain."))


# --- the page -------------------------------------------------------------------------------------------------------


def _page(site: Site, asked: Asked, draft: Draft, fields: dict[str, str], problem: str = "", status: int = 200) -> Page:
    text = text_of(draft)
    scenario, problems = _read(site, asked, text)
    placed = _placed(problems)
    models = [_model(option.model) for option in draft.options]
    shared_names = _shareable(models)
    defaults = {model.id: default_inputs(site, model, asked.as_of) for model in models if model}
    pairs, pairs_problems = pair_rows(draft, placed.get(("", "correlations"), []))
    word = pack(text)
    hours = _hours(draft, fields)
    data: dict[str, Any] = {
        "head": {name: draft.head.get(name, "") for name in ("title", "question", "unit", "as_of", "samples", "seed")},
        "rest": dict(draft.rest),
        "problem": problem,
        "problems": _unplaced(placed, draft) if draft.options else [],
        "shared": [_row(name, value, models, placed.get(("", name), [])) for name, value in draft.shared.items()],
        "shareable": [
            {"name": name, "label": capital(label(name)), "of": count, "value": f"{name}={_default(name, defaults)}"}
            for name, count in shared_names
            if name not in draft.shared
        ],
        "options": [
            {
                "id": option.id,
                "title": option.title,
                "model": option.model,
                "model_title": model.title if model else option.model,
                "question": model.question if model else "",
                "known": model is not None,
                "total": _central(scenario, option.id),
                "problems": placed.get((option.id, ""), []),
                "inputs": [
                    _row(name, value, [model], placed.get((option.id, name), []))
                    for name, value in option.inputs.items()
                ],
                "more": [
                    {"label": capital(label(name)), "value": f"{name}={_default(name, defaults)}"}
                    for name in (model.parameters if model else ())
                    if name not in option.inputs
                ],
            }
            for option, model in zip(draft.options, models, strict=True)
        ],
        "unit": draft.head.get("unit", "USD/month"),
        "room": len(draft.options) < MAX_OPTIONS,
        "models": [
            {
                "id": each.id,
                "title": each.title,
                "unit": each.unit,
                "fits": _fits(each.unit, draft.head.get("unit", "")),
            }
            for each in registry().values()
        ],
        "sweeps": [{"label": capital(label(each.get("input", ""))), **_sweep(each)} for each in draft.sweeps],
        "pairs": pairs,
        "pairs_problems": pairs_problems,
        "joinable": joinable(scenario),
        "sweepable": [
            {"name": name, "label": capital(label(name))}
            for name, _ in shared_names
            if any(_moves(model, name) for model in models)
        ],
        "hours": [{"hour": hour, "value": f"{value:g}"} for hour, value in enumerate(hours)],
        "curve": any(model and "peak_to_mean" in model.parameters for model in models),
        "curve_into": " ".join(_hourly(models)),
        "text": text,
        "word": word,
        "others": [{"name": each.name, "title": each.title} for each in stored(site)],
        "links": {
            "page": f"/scenarios/build?{urlencode({'s': word})}" if word else "",
            "decide": f"/scenarios/shared?{urlencode({'s': word})}" if word else "",
        },
    }
    return Page(
        path="/scenarios/build",
        template="site/bench/build.html",
        title=f"Build: {draft.head.get('title') or 'a scenario'}",
        data=data,
        styles=("workbench.css",),
        status=status,
        index=False,
        query=urlencode({"s": word}) if word else "",
    )


def _read(site: Site, asked: Asked, text: str) -> tuple[Scenario | None, tuple[str, ...]]:
    try:
        return load(text, site_evidence(site), today=asked.day), ()
    except Problems as several:
        return None, several.problems
    except RackmathError as problem:
        return None, (str(problem),)


def _placed(problems: tuple[str, ...]) -> dict[tuple[str, str], list[str]]:
    """Return what is wrong by option and input (empty: of all options, or of the whole option)."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in problems:
        match = _PLACED.match(line)
        assert match is not None  # it matches any text
        told = match["told"].strip()
        found.setdefault((match["option"] or "", match["input"] or ""), []).append(told)
    return found


def _unplaced(placed: dict[tuple[str, str], list[str]], draft: Draft) -> list[str]:
    """Return what is wrong and has no field of its own to stand at."""
    return [
        f"{name}: {told}" if name else told
        for (option, name), several in placed.items()
        if not option and name not in draft.shared and name != "correlations"
        for told in several
    ]


def _model(name: str) -> Model | None:
    try:
        return get(name)
    except UnknownModel:
        return None


def _shareable(models: list[Model | None]) -> list[tuple[str, int]]:
    """Return the inputs of all options with how many have each, those of most options first."""
    counts: dict[str, int] = {}
    for model in models:
        for name in model.parameters if model else ():
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda item: -item[1])


def _default(name: str, defaults: dict[str, Any]) -> str:
    """Return an input's default as a person would write it."""
    for inputs in defaults.values():
        if name in inputs:
            each = inputs[name]
            return each.text if not each.unit or each.unit in each.text else f"{each.text} {each.unit}"
    return ""


def _row(name: str, value: str, models: list[Model | None], problems: list[str]) -> dict[str, Any]:
    declared = next((model.parameters[name] for model in models if model and name in model.parameters), None)
    return {
        "name": name,
        "label": capital(label(name)),
        "value": value,
        "help": declared.help if declared else "",
        "unit_words": _kind_of(declared) if declared else "",
        "used": sum(1 for model in models if model and name in model.parameters),
        "problems": problems,
    }


def _kind_of(declared: Declared) -> str:
    """Say what a value is: one of some words, a share, or a number of a unit."""
    if isinstance(declared, Choice):
        return f"one of {', '.join(declared.options)}"
    return "share" if declared.is_share else unit_of(declared.unit)


def _central(scenario: Scenario | None, option: str) -> float | None:
    """Return an option's cost with every input at its median, in the scenario's unit."""
    for each in scenario.options if scenario else ():
        if each.id == option and scenario is not None:
            try:
                result = each.bound.central()
            except RackmathError:
                return None
            return finite(float(result.total) * convert(1.0, result.unit, scenario.unit))
    return None


def _fits(unit: str, wanted: str) -> bool:
    try:
        convert(1.0, unit, wanted or "USD/month")
    except RackmathError:
        return False
    return True


def _sweep(written: dict[str, str]) -> dict[str, str]:
    return {name: written.get(name, "") for name in ("input", "from", "to", "scale")}


def _moves(model: Model | None, name: str) -> bool:
    declared = model.parameters.get(name) if model else None
    return isinstance(declared, Param) and not isinstance(declared, Series)


def _hourly(models: list[Model | None]) -> list[str]:
    """Return the inputs that take a load hour by hour."""
    names = {
        name: None
        for model in models
        for name, declared in (model.parameters.items() if model else ())
        if isinstance(declared, Series) and declared.axis == "hour"
    }
    return list(names)


def _hours(draft: Draft, fields: dict[str, str]) -> list[float]:
    """Return the day as it was drawn last, or an even one."""
    try:
        drawn = hours_of(fields)
    except RackmathError:
        drawn = []
    if not drawn:
        for value in draft.shared.values():
            parts = value.split()
            if len(parts) == HOURS and all(re.fullmatch(r"\d+(\.\d+)?", part) for part in parts):
                drawn = [float(part) for part in parts]
    top = max(drawn, default=0.0)
    return [100 * value / top for value in drawn] if top else [50.0] * HOURS


ROUTES = [Route("/scenarios/build", build)]
ACTIONS = [Action("/scenarios/build", change, scope=""), Action("/scenarios/save", save)]
