"""`rackmath brain lineage` and `rackmath figures --latest`."""

from __future__ import annotations

from brain.made_vaults import make_brain, note, source


def test_lineage_tells_what_fell_and_what_hangs_loose(rackmath, tmp_path):
    root = make_brain(tmp_path / "b")
    source(root, "acme", status="retracted")
    note(root, "read", kind="reading", sources=["acme"])
    note(root, "lonely", kind="reading")
    note(root, "claim", "As [[read]] says.")
    note(root, "bare", kind="pov")
    told = rackmath("brain", "lineage", "--vault", root, "--json").json
    assert [(each["id"], each["path"], each["state"]) for each in told["fallen"]] == [
        ("note_read", ["About acme"], "retracted"),
        ("note_claim", ["About acme", "Read"], "retracted"),
    ]
    assert [each["id"] for each in told["unsupported"]] == ["note_bare"]
    assert [each["id"] for each in told["orphans"]] == ["note_lonely"]
    assert told["concentration"] == 1.0
    shown = rackmath("brain", "lineage", "--vault", root)
    assert "Claim: About acme > Read (retracted)" in shown.out
    assert shown.err == ""


def test_lineage_of_no_brain_is_one_clear_line(rackmath, tmp_path):
    done = rackmath("brain", "lineage", "--vault", tmp_path / "none")
    assert done.status == 2
    assert len(done.err.strip().split("\n")) == 1


def test_the_latest_figure_of_each_thing(rackmath):
    every = rackmath("figures", "h100 rental", "--json").json
    latest = rackmath("figures", "h100 rental", "--latest", "--as-of", "2026-11-01", "--json").json
    keys = [(each["ref"], tuple(sorted(each["scope"].items()))) for each in latest]
    assert len(keys) == len(set(keys)) <= len(every)
    assert all(each["stale"] in {True, False} for each in latest)
    assert rackmath("figures", "h100 rental", "--latest", "--as-of", "1999-01-01", "--json").json == []
