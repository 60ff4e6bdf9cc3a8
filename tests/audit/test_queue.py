"""The queue: what waits, in which order, and what people decided, which is remembered."""

from datetime import date

import pytest

from audit.living_brain import BERTHS, change, make
from rackmath.audit.kept import FILE, audited
from rackmath.audit.living import moved
from rackmath.audit.queue import queue
from rackmath.audit.settled import key_of, reopen, settle, settled
from rackmath.brain.desk import Desk
from rackmath.brain.library import Library
from rackmath.errors import RackmathError
from rackmath.vault import Vault, parse_yaml

DAY = date(2026, 12, 1)
DUES = "rise of 25 %"


@pytest.fixture
def brain(tmp_path):
    return make(tmp_path / "b")


@pytest.fixture
def desk(brain):
    return Desk(Vault.open(brain), "ann")


def asked(brain, day=DAY):
    return queue(Library.open(brain), audited(brain, day), moved(brain, day), day)


def dues(brain, day=DAY):
    return next(task for task in asked(brain, day).tasks if DUES in task.why)


def settle_dues(desk, brain, decision="fine", **how):
    task = dues(brain)
    settle(desk, task.key, decision, {"what": task.kind, "claim": task.claim}, **how)
    return task.key


def test_checks_findings_and_moves_are_one_queue_the_gravest_first(brain):
    tasks = asked(brain).tasks
    assert {"living", "audit_figures"} <= {task.kind for task in tasks}
    assert [task.severity for task in tasks] == sorted(task.severity for task in tasks)
    assert len({task.key for task in tasks}) == len(tasks)
    assert all(task.key for task in tasks)
    moves = [task for task in tasks if task.kind == "living"]
    assert all(task.items[0].startswith("Now: ") and task.items[1].startswith("Recomputed: ") for task in moves)


def test_what_more_rests_on_comes_first(brain):
    tasks = [task for task in asked(brain).tasks if task.severity == 1]
    own = next(task for task in tasks if task.kind == "living")
    assert own.weight > dues(brain).weight  # a thesis rests on the one note, nothing on the other
    assert tasks.index(own) < tasks.index(next(task for task in tasks if DUES in task.why))


def test_what_is_fine_leaves_the_queue_and_keeps_its_reason(brain, desk):
    key = settle_dues(desk, brain, because="dues of another year")
    found = asked(brain)
    assert key not in {task.key for task in found.tasks}
    ((task, entry),) = found.settled
    assert (task.key, entry.decision, entry.because, entry.by) == (key, "fine", "dues of another year", "ann")
    written = parse_yaml((brain / "audit" / f"{key}.yaml").read_text()).data
    assert written["because"] == "dues of another year"
    assert written["claim"].startswith("Dues rose from $80")


def test_a_decision_survives_edits_elsewhere_a_rename_and_other_words(brain, desk):
    key = settle_dues(desk, brain, because="known")
    change(brain, "notes/observation/berths.md", "A crane", "Quite another paragraph.\n\nA crane")
    change(brain, "notes/observation/berths.md", "Dues rose", "The dues rose")
    desk.retitle(BERTHS, "Another title altogether")
    assert key in {task.key for task, _ in asked(brain).settled}


def test_a_decision_is_void_when_a_figure_of_the_claim_changes(brain, desk):
    settle_dues(desk, brain, because="known")
    change(brain, "notes/observation/berths.md", "a 20% rise", "a 21% rise")
    assert asked(brain).settled == ()
    assert dues(brain)


def test_what_is_put_off_comes_back_on_its_day(brain, desk):
    key = settle_dues(desk, brain, "later", until=date(2030, 1, 10))
    assert key not in {task.key for task in asked(brain).tasks}
    assert key not in {task.key for task in asked(brain, date(2030, 1, 9)).tasks}
    assert key in {task.key for task in asked(brain, date(2030, 1, 10)).tasks}


def test_a_decision_can_be_taken_back(brain, desk):
    key = settle_dues(desk, brain, because="known")
    reopen(desk, key)
    assert dues(brain).key == key
    with pytest.raises(RackmathError, match="nothing was decided"):
        reopen(desk, key)


@pytest.mark.parametrize(
    ("key", "how", "said"),
    [
        ("../../x", {"because": "y"}, "is no finding"),
        ("0" * 16, {}, "say why this is fine"),
        ("0" * 16, {"because": "y" * 1001}, "at most 1,000"),
        ("0" * 16, {"decision": "later"}, "until when"),
        ("0" * 16, {"decision": "later", "until": date(2020, 1, 1)}, "a day to come"),
    ],
)
def test_a_decision_without_reason_or_day_is_refused(desk, key, how, said):
    with pytest.raises(RackmathError, match=said):
        settle(desk, key, how.pop("decision", "fine"), {}, **how)
    assert not (desk.vault.path / "audit").exists()


@pytest.mark.parametrize("text", ["{{{", "decision: maybe\n", "[1, 2]\n", "", "decision: fine\nbecause: {a: b}\n"])
def test_a_file_that_somebody_mangled_decides_nothing_and_breaks_nothing(brain, text):
    folder = brain / "audit"
    folder.mkdir()
    (folder / "readme.yaml").write_text(text)
    (folder / ("0" * 16 + ".yaml")).write_text(text)
    assert set(settled(Vault.open(brain))) <= {"0" * 16}
    assert dues(brain)


def test_two_who_decide_the_same_leave_one_decision(brain, desk):
    key = settle_dues(desk, brain, because="first")
    settle(Desk(Vault.open(brain), "ann"), key, "fine", {}, because="second")
    assert settled(desk.vault)[key].because == "second"


# --- what is kept -------------------------------------------------------------------------------------------------


def test_what_is_kept_is_what_an_audit_finds(brain):
    from rackmath.audit import audit

    whole = audit(brain, DAY)
    assert audited(brain, DAY) == whole
    assert audited(brain, DAY) == whole  # from memory
    change(brain, "notes/observation/berths.md", "20% rise", "25% rise")
    assert audited(brain, DAY) == audit(brain, DAY) != whole


def test_only_what_changed_is_computed_again(brain, monkeypatch):
    audited(brain, DAY)
    seen = []
    monkeypatch.setattr("rackmath.audit.kept.arithmetic", lambda lines: seen.append(lines) or [])
    change(brain, "notes/observation/berths.md", "20% rise", "25% rise")
    audited(brain, DAY)
    assert len(seen) == 1


def test_a_memory_that_was_cut_is_made_anew(brain):
    whole = audited(brain, DAY)
    (brain / ".rackmath" / FILE).write_bytes(b"not a database" * 100)
    assert audited(brain, DAY) == whole


def test_keys_do_not_depend_on_where_a_claim_stands(brain):
    found = next(each for each in audited(brain, DAY) if DUES in each.explanation)
    change(brain, "notes/observation/berths.md", "Dues rose", "One more sentence first. Dues rose")
    again = next(each for each in audited(brain, DAY) if DUES in each.explanation)
    assert found.start != again.start
    assert key_of(found, BERTHS) == key_of(again, BERTHS)
