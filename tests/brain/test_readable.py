from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.brain.html_tags import attributes, tokens
from rackmath.brain.readable import readable
from rackmath.errors import RackmathError

PAGE = """<!-- saved --><!doctype html><html><head><title>Rents &amp; racks
 of 2031</title><link rel="canonical" href="https://a.example/rents"><style>p { color: red }</style>
<script>if (1 < 2) document.write("<p>never</p>")</script></head>
<body><nav><ul><li>Home</li></ul></nav><header>Masthead</header>
<h1>Rents <em>now</em></h1>
<p>It costs $2.10&nbsp;per hour.<sup>3</sup> Noise
is 10<sup>-5</sup> of 40 m<sup>2</sup>, CO<sub>2</sub> aside.<br>Same
block.<br><br>New block.
<table><caption>Rents</caption><thead><tr><th>Chip<th>Rent</thead><tbody><tr><td>Ab|1<td>$2
<tr><td colspan=2>both<td>x</table>
<ol><li>One<li>Two<ul><li>inner</ul></ol>
<pre>a  =  1
  b</pre>
<div hidden>secret</div><p style="display: none">secret</p><div aria-hidden="true">secret</div>
loose <b>words</b><blockquote><p>said so</p></blockquote></body></html>"""


def test_a_page_reads_as_its_text():
    found = readable(PAGE)
    assert found.title == "Rents & racks of 2031"
    assert found.url == "https://a.example/rents"
    assert found.text.split("\n\n") == [
        "Masthead",
        "# Rents now",
        "It costs $2.10 per hour.[3] Noise is 10^-5 of 40 m^2, CO2 aside.\nSame block.",
        "New block.",
        "Rents",
        "| Chip | Rent |\n| Ab\\|1 | $2 |\n| both |  | x |",
        "1. One",
        "2. Two",
        "- inner",
        "```\na  =  1\n  b\n```",
        "loose words",
        "> said so\n",
    ]


def test_the_main_part_of_a_page_is_the_page():
    long = "It was a long day in the hall. " * 10
    assert readable(f"<p>Menu</p><main><p>{long}</p></main><p>Foot</p>").text.strip() == long.strip()
    assert "Menu" in readable("<p>Menu</p><main><p>Short.</p></main>").text


def test_a_table_that_lays_out_a_page_is_read_as_paragraphs():
    nested = "<table><tr><td><p>Left.</p></td><td><table><tr><td>a</td><td>1</td></tr></table></td></tr></table>"
    assert readable(nested).text == "Left.\n\n| a | 1 |\n"
    assert readable(f"<table><tr><td>{'word ' * 100}</td><td>x</td></tr></table>").text.startswith("word word")
    assert readable('<table role="presentation"><tr><td>a</td><td>b</td></tr></table>').text == "a\n\nb\n"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one<p>two<p>three", "one\n\ntwo\n\nthree\n"),
        ("<title>Head</title><p>one", "one\n"),
        ("<p>one</i></div>two", "onetwo\n"),
        ("a < b and c > d", "a < b and c > d\n"),
        ("<p hidden>x<div>y</div></body>", None),
        ("<div><nav>menu</div><p>text", "text\n"),
        ("<p title='a > b'>text", "text\n"),
        ("&#99999999999;&#x110000;a", "\ufffd\ufffda\n"),
        ("<p>" * 300 + "deep" + "<p>er", "deep\n\ner\n"),
        ("<table><tr><td>a", "a\n"),
        ("<li>stray<td>cell", "- stray\n\ncell\n"),
        ("<!-- never ends <p>a", None),
        ("<p>a<script>never ends <p>b", "a\n"),
        ("", None),
    ],
)
def test_bad_pages(html: str, text: str | None):
    if text is None:
        with pytest.raises(RackmathError, match="no readable text"):
            readable(html)
    else:
        assert readable(html).text == text


def test_too_much_text_is_refused():
    with pytest.raises(RackmathError, match="letters of text"):
        readable("a" * 2_000_001)


def test_attributes():
    assert attributes(""" href = "a&amp;b" HIDDEN x='1' y=2 x=3""") == {
        "href": "a&b",
        "hidden": "",
        "x": "1",
        "y": "2",
    }


@given(st.text(alphabet=st.sampled_from("<>/!-=\"' apb&#;tdrl"), max_size=120))
def test_anything_is_read_or_refused(html: str):
    list(tokens(html))
    with suppress(RackmathError):
        readable(html)


@pytest.mark.parametrize(
    "piece",
    ["<a ", "<", "</", "<!", "<!--", "<p>a", "<div>", "<li>a", "<ul><li>a", "<table><tr><td>a", "<nav>", "a<br>",
     '<a "', "<a b='", "&#", "<script>", "a<sup>1</sup>", "<a b = "],
)  # fmt: skip
def test_time_is_linear(piece: str):
    def seconds(count: int) -> float:
        started = time.process_time()
        with suppress(RackmathError):
            readable(piece * count)
        return time.process_time() - started

    small, large = seconds(1_500), seconds(12_000)
    assert large < 40 * small + 0.5
