"""`rackmath prices history`, end to end."""

from __future__ import annotations

BOOK = """provider,model,variant,start_date,tier_start_tokens,input_usd_mtok,cached_input_usd_mtok,output_usd_mtok
a,m,,2026-01-01,0,5,,10
a,m,,2025-01-01,0,10,1,20
a,m,,2026-01-01,200000,50,,100
b,m,,2025-06-01,0,4,,8
b,m,,2026-06-01,0,3,,8
c,m,,,0,2,,4
d,m,,,0,0,,0
d,m,,2026-02-01,0,1,,0
d,m,batch,2026-02-01,0,0.5,,0
"""


def test_the_command_prints_and_gives_the_same(tmp_path, rackmath):
    path = tmp_path / "book.csv"
    path.write_text(BOOK, encoding="utf-8")
    told = rackmath("prices", "history", "m", "--book", path).out
    assert "a, input: 10 (2025-01-01) to 5 (2026-01-01), × 0.5, 50% lower" in told
    assert "b, output: 8 (2025-06-01) to 8 (2026-06-01), unchanged" in told
    assert "d, input: 0 (no date) to 1 (2026-02-01), was free" in told
    assert "A price without a date" in told
    assert "differ for longer requests" in told
    held = rackmath("prices", "history", "m", "--provider", "a", "--book", path, "--json").json
    assert [each["since"] for each in held["prices"]] == ["2025-01-01", "2026-01-01"]
    assert {each["kind"]: each["factor"] for each in held["changes"]} == {"input": 0.5, "output": 0.5}
