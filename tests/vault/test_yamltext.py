"""YAML with limits: what is read, what is refused, and that writing and reading are inverse."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import yaml
from hypothesis import assume, given

from rackmath.errors import RackmathError
from rackmath.vault import yamltext
from rackmath.vault.frontmatter import same
from rackmath.vault.yamltext import Printed, YamlProblem, dump, parse
from vault.texts import DATA, PROPERTY, SCALARS, wild


@PROPERTY
@given(data=DATA)
def test_what_is_written_reads_back(data: object) -> None:
    for literal in (True, False):
        assert same(data, parse(dump(data, literal=literal)).data)


@PROPERTY
@given(data=DATA)
def test_writing_is_canonical(data: object) -> None:
    once = dump(data)
    assert dump(parse(once).data) == once


@PROPERTY
@given(data=DATA)
def test_other_programs_read_the_same_words(data: object) -> None:
    """PyYAML's BaseLoader keeps every scalar as text: the structure and the words as another reader sees them."""
    assert yaml.load(dump(data), Loader=yaml.BaseLoader) == _as_text(parse(dump(data), printed=True).data, dump(data))


@PROPERTY
@given(text=SCALARS)
def test_text_stays_text_for_readers_of_yaml_1_1(text: object) -> None:
    if isinstance(text, str):
        found = yaml.safe_load(dump({"key": text}))["key"]
        assert found == (date.fromisoformat(text) if isinstance(found, date) else text)


def _as_text(data: object, text: str) -> object:
    if isinstance(data, dict):
        return {key: _as_text(value, text) for key, value in data.items()}
    if isinstance(data, list):
        return [_as_text(value, text) for value in data]
    if data is None:
        return "null"
    return {True: "true", False: "false"}[data] if isinstance(data, bool) else str(data)


@PROPERTY
@given(text=wild())
def test_structure_agrees_with_pyyaml_where_both_read(text: str) -> None:
    try:
        ours = parse(text, printed=True)
    except YamlProblem as problem:
        offset = problem.offset
    else:
        offset = 0
        assume("&" not in text)  # PyYAML refuses an anchor that is used twice; YAML 1.2 does not, and no alias is read
        assert _shape(ours.data) == _shape(yaml.load(text, Loader=yaml.CBaseLoader))
    assert 0 <= offset <= len(text)


def _shape(data: object) -> object:
    if isinstance(data, dict):
        return {key: _shape(value) for key, value in data.items()}
    return [_shape(value) for value in data] if isinstance(data, list) else "scalar"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),  # YAML 1.1 would say False
        ("2026-05-24", "2026-05-24"),  # YAML 1.1 would build a date
        ("12:30", "12:30"),  # YAML 1.1 would say 750
        ("010", 10),  # YAML 1.1 would say 8
        ("1_000", "1_000"),  # YAML 1.1 would say 1000
        (".inf", ".inf"),
        ("1e999", "1e999"),  # no float holds it, so it stays text
        ("9" * 5000, "9" * 5000),  # Python refuses to read it as an int
        ("-3", -3),
        ("+.5", 0.5),
        ("1.", 1.0),
        ("~", None),
        ("True", True),
        ("FALSE", False),
        ("!!str 3", "3"),
        ("'3'", "3"),
    ],
)
def test_plain_words_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    found = parse(text).data
    assert found == value
    assert type(found) is type(value)


def test_printed_numbers_keep_their_digits() -> None:
    found = parse("a: 3.50\nb: '3.50'\nc: [1e3]", printed=True).data
    assert found == {"a": "3.50", "b": "3.50", "c": ["1e3"]}
    assert isinstance(found["a"], Printed)
    assert not isinstance(found["b"], Printed)
    assert dump(found) == 'a: 3.50\nb: "3.50"\nc: [1e3]\n'


def test_billion_laughs_are_refused_at_the_first_alias() -> None:
    laughs = "a: &a [lol]\n" + "".join(f"{b}: &{b} [*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(YamlProblem, match="aliases are not read") as caught:
        parse(laughs)
    assert laughs[caught.value.offset] == "*"


@pytest.mark.parametrize("text", ["!!python/object/apply:os.system [echo]", "a: !!binary aGk=", "!x {}", "!!set {a}"])
def test_tags_run_nothing(text: str) -> None:
    with pytest.raises(YamlProblem, match="tags are not read"):
        parse(text)


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 50_000 + "a", "{a: " * 30_000, "? " * 20_000])
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(YamlProblem):
        parse(text)


def test_limit_of_depth_is_exact() -> None:
    deepest = yamltext.MAX_DEPTH
    assert parse("[" * deepest + "]" * deepest).data is not None
    with pytest.raises(YamlProblem, match="nested deeper than"):
        parse("[" * (deepest + 1) + "]" * (deepest + 1))


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("a: 1\nb: [", "", 9),
        ("a: 1\n--- b\n", "second YAML document", 5),
        ("a: b\n\x00", "U+0000", 5),
        ("[a]: b", "a key must be one word", 0),
        ("a: \ud800", "surrogate", 3),
        ("a: 1\n b: 2\n", "", 6),
    ],
)
def test_problems_say_where(text: str, message: str, offset: int) -> None:
    with pytest.raises(YamlProblem) as caught:
        parse(text)
    assert message in caught.value.message
    assert abs(caught.value.offset - offset) <= 2  # libyaml marks the token after the fault


def test_too_long_is_refused() -> None:
    with pytest.raises(YamlProblem, match="over the limit"):
        parse(" " * (yamltext.MAX_CHARACTERS + 1))


def test_duplicate_keys_are_a_fault_and_the_last_counts() -> None:
    found = parse("a: 1\nb: 2\na: 3\n")
    assert found.data == {"a": 3, "b": 2}
    assert found.faults == [(10, "key 'a' is written twice; the last one counts")]  # "a: 1\nb: 2\n" is 10 characters


def test_entries_tell_their_places() -> None:
    text = "id: x\ntags: [a,\n  b]  # c\nempty:\nblock: |\n  t\n"
    places = {entry.key: text[entry.value_start : entry.value_end] for entry in parse(text).entries if entry.exact}
    assert places == {"id": "x", "tags": "[a,\n  b]", "empty": ""}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 5, 24), "2026-05-24\n"),
        (Decimal("3.50"), "3.50\n"),
        ((1, "a"), "- 1\n- a\n"),
        ({}, "{}\n"),
        ([], "[]\n"),
        (1e22, "1e+22\n"),
        ("https://x.y/z?a=b", "https://x.y/z?a=b\n"),
        ("1.49 to 3.99", "1.49 to 3.99\n"),
        ("a: b", '"a: b"\n'),
        ("no", '"no"\n'),  # other readers would take it for false
        ("\u2028", '"\\u2028"\n'),
        ("\U000e0001", '"\\U000e0001"\n'),
    ],
)
def test_how_values_are_written(value: object, text: str) -> None:
    assert dump(value) == text


def test_short_collections_stand_on_one_line_and_long_ones_do_not() -> None:
    assert dump({"scope": {"term": "spot"}}) == "scope: {term: spot}\n"
    names = [f"a-rather-long-name-{number:02d}" for number in range(8)]
    assert dump({"names": names}) == "names:\n" + "".join(f"  - {name}\n" for name in names)


def test_texts_of_several_lines_stay_readable() -> None:
    assert dump({"bio": "one\n\ntwo\n"}) == "bio: |\n  one\n\n  two\n"


@pytest.mark.parametrize("value", [float("inf"), float("nan"), object(), b"x", "\ud800"])
def test_what_has_no_honest_text_is_refused(value: object) -> None:
    with pytest.raises(RackmathError):
        dump({"key": value})
