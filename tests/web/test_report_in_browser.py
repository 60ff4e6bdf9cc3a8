"""What only a browser knows: whether the page fits a phone, how large its letters are, and whether its policy holds."""

import html
import json
import re
import shutil
import subprocess

import pytest

from rackmath.web.report import render_report
from web.sample import CASES

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="needs Chromium to lay the page out; none is installed"),
]

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--window-size=1500,3000",
    "--dump-dom",
]

# the frame's page runs no script of its own: the page around it measures it
MEASURE = """<script>
addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument;
  const root = page.documentElement;
  const found = {extra: root.scrollWidth - root.clientWidth, small: [], outside: [], styled: 0};
  found.styled = page.defaultView.getComputedStyle(page.querySelector(".page")).maxWidth;
  for (const chart of page.querySelectorAll("svg.chart")) {
    const box = chart.getBoundingClientRect();
    if (!box.width) continue;
    const zoom = box.width / chart.viewBox.baseVal.width;
    for (const text of chart.querySelectorAll("text")) {
      const size = parseFloat(page.defaultView.getComputedStyle(text).fontSize) * zoom;
      if (size < 10.9) found.small.push([size, text.textContent]);
      const edge = text.getBoundingClientRect();
      if (edge.right > box.right + 4 || edge.left < box.left - 4) found.outside.push(text.textContent);
    }
  }
  const out = document.createElement("p");
  out.id = "found";
  out.textContent = JSON.stringify(found);
  document.body.append(out);
});
</script>"""


def laid_out(case, width, folder):
    """Return what the browser measured of a page in a frame of this width, and what it complained about."""
    page = render_report(CASES[case]())
    frame = f'<iframe width="{width}" height="5000" srcdoc="{html.escape(page)}"></iframe>'
    around = folder / "around.html"
    around.write_text(f"<!doctype html><body>{frame}{MEASURE}", "utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    ran = subprocess.run(
        [BROWSER, *QUIET, profile, around.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    found = re.search(r'<p id="found">(.*?)</p>', ran.stdout, re.DOTALL)
    assert found, "the browser measured nothing"
    complaints = [line for line in ran.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(html.unescape(found[1])), complaints


@pytest.mark.parametrize("width", [390, 720, 1400])
@pytest.mark.parametrize("case", ["four", "long"])
def test_the_page_fits_and_its_letters_are_legible(case, width, tmp_path):
    found, complaints = laid_out(case, width, tmp_path)
    assert found["extra"] <= 0  # nothing to scroll sideways
    assert found["small"] == []
    assert found["outside"] == []
    assert found["styled"] != "none"  # the style sheet passed its own policy
    assert complaints == []
