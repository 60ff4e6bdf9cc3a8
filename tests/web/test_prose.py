import itertools
import re
import time
from html.parser import HTMLParser

import pytest

from pace import within
from rackmath.web.charts.svg import Svg
from rackmath.web.chips import Chip
from rackmath.web.prose import Bracket, Known, Mark, Target, allowed, set_line, set_prose

TAGS = set(
    re.findall(
        r"\w+",
        "p a em strong code pre ul ol li blockquote h2 h3 h4 h5 h6 sup span div table thead tbody tr th td hr br s img",
    )
)
ATTRIBUTES = set(
    re.findall(
        r"[\w-]+",
        "href class id title rel role tabindex aria-label aria-hidden aria-describedby start value src alt loading",
    )
)


class Watch(HTMLParser):
    """Collects what a browser would see: elements, attributes, text, and tags that do not close."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.addresses, self.words, self.open = set(), set(), [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value for name, value in attrs if name in {"href", "src"}]
        if tag not in {"br", "hr", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in {"br", "hr", "img"}:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def seen(html):
    watch = Watch()
    watch.feed(str(html))
    watch.close()
    assert not watch.open
    return watch


def chip(figure="fig_a", written="$1.70/hr", **more):
    given = {
        "id": figure,
        "path": f"/fig/{figure}",
        "as_written": written,
        "value": "$1.70 per GPU hour",
        "spread": "",
        "unit": "USD/GPU_hour",
        "about": "H100: rental price",
        "as_of": "October 2025",
        "claimant": "SemiAnalysis, analyst",
        "sentence": "It fell to $1.70/hr.",
        "source": "A <survey>",
        "source_path": "/src/survey",
        "freshness": "Stale: 412 days old",
        "stale": True,
    }
    return Chip(**(given | more))


# ------------------------------------------------------------------ hostile text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<!--<img src=--><img src=x onerror=alert(1)//>",
    "<style>@import 'http://evil'</style>",
    "a <b onmouseover=alert(1)>b</b>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/a)",
    "[x](\\\\evil.example)",
    "[x](http://a\"onclick=alert(1))",
    "[x](<http://a\" onclick=\"alert(1)>)",
    "[x](http://a 'onclick=alert(1) \"t')",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "[x][r]\n\n[r]: http://a \"t\\\" onclick=alert(1) x=\\\"\"",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "![x](javascript:alert(1))",
    "![x](http://evil/pixel.png)",
    "![<script>](http://evil/x.png \"<script>\")",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[[<script>alert(1)</script>]]",
    "[[a\"onclick=alert(1)|b\"><script>]]",
    "[[javascript:alert(1)|x]]",
    "[[fig:\"><script>|\"><script>]]",
    "![[<img src=x onerror=alert(1)>]]",
    "[[#\"><script>alert(1)</script>]]",
    "x[^1]\n\n[^1]: <script>alert(1)</script> [y](javascript:alert(1))",
    "x[^\"><script>]\n\n[^\"><script>]: y",
    "> [!\"><script>] <img src=x onerror=alert(1)>\n> body",
    "> [!note] <script>alert(1)</script>\n> body",
    "text ^\"onclick=alert(1)",
    "# <script>alert(1)</script> \" onclick=x",
    "```<script>\nx\n```",
    "```\" onclick=alert(1)\n</code></pre><script>alert(1)</script>\n```",
    "    </code></pre><script>alert(1)</script>",
    "`</code><script>alert(1)</script>`",
    "| <script> | b |\n|:-:|--:|\n| <img src=x onerror=alert(1)> | c |",
    "| a |\n|--\" style=x|\n| b |",
    "\u202etxt.exe\u202c \x00 \x1b[31m",
    "<a href='#' style='position:fixed'>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#x3c;script&#x3e;",
    "[x](mailto:a@b?subject=\"><script>)",
    "[![a](javascript:x)](javascript:y)",
    "**[[a|<b>]]** ~~<s onclick=x>~~",
    "href=\"/n/x\" src=\"/evil\"",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text):
    known = Known(
        page=lambda target: Target('/n/a"><script>', '"><script>', '"><script>'),
        chip=lambda figure: chip(figure, '"><script>', about='"><script>', sentence="</span><script>"),
        own=[chip("fig_x", "x[^1] 5%")],
        brackets=[Bracket('"><script>', "[x]", "candidate", {})],
    )
    for html in (set_prose(text, known).html, set_prose(text, known).notes, set_prose(text).html, set_line(text)):
        watch = seen(html)
        assert watch.tags <= TAGS
        assert watch.attributes <= ATTRIBUTES
        for address in watch.addresses:
            assert re.match(r"https?://[^/\s\"]|mailto:|/(?!/)|#", address), address
        assert "src=" not in str(html).replace("src=&quot;", "") or "<img" not in str(html)


def test_raw_html_is_shown_not_dropped():
    assert "".join(seen(set_prose("a <b>bold</b> claim").html).words).strip() == "a <b>bold</b> claim"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("open brackets", "[" * 19_000),
        ("wikilinks", "[[a" * 6_000),
        ("pictures", "![" * 9_000),
        ("emphasis", "*a **b " * 2_500),
        ("backticks", "".join("`" * n + " " for n in range(190))),
        ("quotes", ">" * 19_000),
        ("lists", "- " * 9_000),
        ("footnotes", "[^a]" * 4_500 + "\n\n[^a]: x"),
        ("definitions", "[^x]:\n" * 20_000),
        ("links", "[a](b" * 3_800),
        ("tables", "|a" * 2_000 + "\n" + "|-" * 2_000 + "\n" + ("|a" * 2_000 + "\n") * 3),
        ("one long paragraph", "[a *b " * 60_000),
        ("block ids", " ^a" * 6_000),
        ("callouts", "> [!" * 4_000),
    ],
)  # fmt: skip
def test_no_text_is_slow(name, text):
    start = time.process_time()
    seen(set_prose(text).html)
    assert time.process_time() - start < within(3)


def test_a_long_text_is_cut_and_says_so():
    html = str(set_prose("word word word word\n\n" * 10_000).html)
    assert "only its first 150,000 characters" in html


# ------------------------------------------------------------------ links


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a?b=c#d", True),
        ("HTTP://example.org", True),
        ("mailto:a@example.org", True),
        ("../sources/a.md", True),
        ("#heading", True),
        ("a b.md", True),
        ("/n/abc-x", True),
        ("//example.org", False),
        ("http:example", False),
        ("javascript:x", False),
        ("obsidian://open", False),
        ("\\\\host", False),
        ("http://[", False),
    ],
)
def test_only_these_addresses_become_links(address, kept):
    assert allowed(address) is kept


def test_wikilinks_lead_to_notes_and_a_dead_one_is_shown_as_dead():
    known = Known(page=lambda target: Target("/n/k-s", "The note", "published") if target == "A note" else None)
    prose = set_prose("See [[A note]], [[A note|the words]], [[A note#Some Part]] and [[Gone|lost words]].", known)
    html = str(prose.html)
    assert '<a href="/n/k-s" title="The note">A note</a>' in html
    assert '<a href="/n/k-s" title="The note">the words</a>' in html
    assert 'href="/n/k-s#h-some-part"' in html
    assert '<span class="missing">lost words<span class="unseen"> (there is no such note)</span></span>' in html
    assert prose.missing == ["Gone"]


def test_markdown_links_within_the_vault_are_resolved_too():
    known = Known(page=lambda target: Target("/src/key", "Source") if target == "../../sources/key.md" else None)
    html = str(set_prose("[a](../../sources/key.md) [b](other.md) [c](https://e.org)", known).html)
    assert '<a href="/src/key">a</a>' in html
    assert '<span class="missing">b' in html
    assert '<a class="out" href="https://e.org" rel="noopener nofollow">c</a>' in html


def test_a_retired_note_looks_retired():
    known = Known(page=lambda target: Target("/n/k-s", "T", "retired"))
    assert '<a class="to retired" href="/n/k-s"' in str(set_prose("[[x]]", known).html)


def test_pictures_of_other_sites_are_links_and_own_ones_are_shown():
    known = Known(picture=lambda path: "/files/a.png" if path == "a.png" else None)
    html = str(set_prose("![far](https://e.org/x.png) ![near](a.png) ![none](b.png)", known).html)
    assert html.count("<img") == 1
    assert '<img src="/files/a.png" alt="near" loading="lazy">' in html
    assert "far (picture at e.org)</a>" in html
    assert "picture not found" in html


# ------------------------------------------------------------------ footnotes


def test_a_footnote_stands_beside_the_text_and_in_the_list():
    prose = set_prose("One[^b] two[^a] again[^b].\n\n[^a]: Plain *words*.\n[^b]: @key s12\n")
    html, notes = str(prose.html), str(prose.notes)
    assert html.count('class="side"') == 2
    assert 'id="sn-1"' in html
    assert 'id="ref-1-2"' in html
    assert '<li id="fn-1" value="1">@key s12' in notes
    assert '<li id="fn-2" value="2">Plain <em>words</em>.' in notes
    assert 'href="#ref-1-2"' in notes


def test_every_link_within_the_page_has_a_goal():
    text = "# Top\n\nOne[^b] two[^a], see [[#Top]].\n\n| t |\n|--|\n| x[^c] and [^b] |\n\n[^a]: A\n[^b]: B\n[^c]: C\n"
    prose = set_prose(text)
    whole = str(prose.html) + str(prose.notes)
    ids = re.findall(r' id="([^"]+)"', whole)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', whole)) <= set(ids)


def test_a_note_of_a_table_stands_only_in_the_list():
    prose = set_prose("| a |\n|---|\n| x[^1] |\n\n[^1]: words")
    assert 'class="side"' not in str(prose.html)
    assert 'class="kept"' in str(prose.notes)


def test_a_citation_shows_its_state_by_sign_and_words():
    mark = Mark("open", "unresolved", Svg('<span class="state open">○ unresolved</span>'))
    prose = set_prose("Claim.[^c1]\n\n[^c1]: run:x/doc:1/s:1 (unresolved)", Known(marks={"c1": mark}))
    assert "○ unresolved" in str(prose.notes)
    assert '<sup class="mark doubtful"' in str(prose.html)
    assert '<span class="unseen">, unresolved</span>' in str(prose.html)
    assert "run:x" not in str(prose.html)


def test_a_mark_without_a_footnote_stays_text():
    assert "[^nothing]" in str(set_prose("Word[^nothing].").html)


def test_lines_of_a_footnote_belong_to_it():
    prose = set_prose("x[^1]\n\n[^1]: first\n    second\n\n    third\n\nAfter.")
    assert "first second third" in str(prose.notes)
    assert "<p>After.</p>" in str(prose.html)


# ------------------------------------------------------------------ figures


def test_a_named_figure_is_a_chip_with_what_it_stands_on():
    known = Known(chip=lambda figure: chip() if figure == "fig_a" else None)
    prose = set_prose("Rent fell to [[fig:fig_a|$1.70]] and [[fig:fig_gone|3%]].", known)
    html = str(prose.html)
    assert '<a class="fig stale" href="/fig/fig_a" aria-describedby="tip-1">$1.70</a>' in html
    assert 'id="tip-1"' in html
    words = " ".join("".join(seen(prose.html).words).split())
    for part in (
        "$1.70 per GPU hour",
        "October 2025",
        "SemiAnalysis",
        "It fell to $1.70/hr.",
        "A <survey>",
        "412 days",
    ):
        assert part in words
    assert "there is no such figure" in words
    assert prose.figures == ["fig_a"]


def test_printed_words_of_a_figure_are_its_chip():
    known = Known(chip=chip, own=[chip("fig_a", "$1.70/hr"), chip("fig_b", "38 per cent")])
    prose = set_prose(
        "It cost $1.70/hr, or 38\nper cent less; not $1.70/hrs, `$1.70/hr` or [$1.70/hr](https://e.org).", known
    )
    assert list(prose.figures) == ["fig_a", "fig_b"]


@pytest.mark.parametrize("written", ["4", "20", "2.5", "high", ""])
def test_words_that_could_mean_anything_are_no_chip(written):
    known = Known(chip=chip, own=[chip("fig_a", written)])
    assert not set_prose(f"There were {written or 'no'} chips at 2.5 and high and 4 or 20.", known).figures


def test_two_figures_with_the_same_words_are_not_guessed():
    known = Known(chip=chip, own=[chip("fig_a", "$2.00"), chip("fig_b", "$2.00")])
    assert not set_prose("It cost $2.00.", known).figures


def test_a_figure_is_not_found_within_a_longer_number():
    known = Known(chip=chip, own=[chip("fig_a", "$1.70"), chip("fig_b", "44%")])
    assert not set_prose("It cost $1.705, $1.70k, 144% and 0.44%; 1,44% too.", known).figures


def test_many_chips_do_not_weigh_down_a_page():
    known = Known(chip=chip)
    prose = set_prose(" ".join(f"[[fig:fig_{place}|{place}%]]" for place in range(200)), known)
    html = str(prose.html)
    assert html.count('class="tip"') == 60
    assert html.count('class="fig stale"') == 200
    assert len(html) < 90_000


# ------------------------------------------------------------------ bracket references


def test_bracket_references_lead_to_candidates_and_say_so():
    bracket = Bracket("ref-r1", "[2, 12]", "candidate", {2: Target("/n/a-b", "Candidate: A")})
    done = Bracket("ref-r2", "[7]", "resolved", {7: Target("/n/c-d", "C")})
    html = str(set_prose("Models [2, 12] and [7] but not [8].", Known(brackets=[bracket, done])).html)
    assert '<span class="bracket candidate">[<a href="/n/a-b" title="Candidate: A">2</a>, 12] ' in html
    assert '<a class="said" href="#ref-r1">candidate</a>' in html
    assert '<span class="bracket resolved">[<a href="/n/c-d" title="C">7</a>]</span>' in html
    assert "not [8]." in html


def test_the_same_bracket_twice_is_two_references():
    brackets = [Bracket(f"r{n}", "[2]", "candidate", {2: Target(f"/n/{n}-", "")}) for n in (1, 2)]
    html = str(set_prose("First [2], then [2], then [2].", Known(brackets=brackets)).html)
    assert [html.count(f'href="/n/{n}-"') for n in (1, 2)] == [1, 1]


# ------------------------------------------------------------------ shapes


def test_headings_go_below_the_title_of_the_page():
    text = "# The Title\n\n# Part one\n\n## Inner\n\n###### Deep\n\n# Part one\n"
    prose = set_prose(text, title="the title")
    assert [(each.level, each.id) for each in prose.headings] == [
        (2, "h-part-one"),
        (3, "h-inner"),
        (4, "h-deep"),
        (2, "h-part-one-2"),
    ]
    assert "<h1" not in str(prose.html)
    assert "The Title" not in str(prose.html)


@pytest.mark.parametrize("first", ["#", "##", "####", "######"])
def test_no_level_of_headings_is_left_out(first):
    levels = [each.level for each in set_prose(f"{first} A\n\n{first}# B\n\n{first} C\n").headings]
    assert levels[0] == 2
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_data_blocks_are_not_prose():
    text = "Words.\n\n```figures\n- id: fig_a\n```\n\n```citations\n- id: c1\n```\n\n```python\nx = 1\n```\n"
    html = str(set_prose(text).html)
    assert "fig_a" not in html
    assert "c1" not in html
    assert "x = 1" in html


def test_a_section_that_only_lists_sources_is_left_to_the_list_of_sources():
    listed = "Words.\n\n## Sources\n\n- [@a](../../sources/a.md): <https://e.org/a>\n- [@b](../../sources/b.md)\n"
    assert "Sources" not in str(set_prose(listed).html)
    assert "Sources" in str(set_prose(listed + "\nAnd a word on them.\n").html)
    assert "Sources" in str(set_prose("## Sources\n\n- a book\n").html)


def test_callouts_and_block_ids():
    html = str(set_prose("> [!warning] Take care\n> *body*\n\n> plain\n\nA claim. ^claim-1\n\n- item ^it\n").html)
    assert '<div class="callout bad" role="note"><p class="callout-title">Take care</p>' in html
    assert "<blockquote>" in html
    assert '<p id="b-claim-1">A claim.</p>' in html
    assert '<li id="b-it">item</li>' in html


def test_columns_of_a_table_are_aligned_by_class():
    html = str(set_prose("| a | b |\n|---|--:|\n| 1 | 2 |").html)
    assert "style" not in html
    assert '<td class="n">2</td>' in html
