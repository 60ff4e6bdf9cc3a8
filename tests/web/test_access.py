import json
import stat
import threading
from datetime import timedelta

import pytest

from rackmath.errors import RackmathError
from rackmath.web.access import SCOPES, Tokens, config_folder
from rackmath.web.sessions import Failures, Sessions
from web.asking import Hands


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def tokens(tmp_path, clock):
    return Tokens(tmp_path / "config" / "tokens.json", clock)


def made(tokens, **more):
    return tokens.new(**{"brain": "brain_1", "handle": "ann", "scopes": ["write"], **more})


def test_a_token_is_shown_once_and_kept_as_a_hash(tokens):
    text, token = made(tokens)
    kept = tokens.path.read_text()
    assert tokens.check(text) == token
    assert text not in kept
    assert text.rpartition("_")[2] not in kept
    assert len(text.split("_", 2)[2]) == 43  # 32 bytes in base64


def test_the_file_is_for_its_owner_alone(tokens):
    made(tokens)
    assert stat.S_IMODE(tokens.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(tokens.path.parent.stat().st_mode) == 0o700
    assert [each.name for each in tokens.path.parent.iterdir() if each.suffix not in {".json", ".lock"}] == []


def test_a_file_that_others_may_change_is_not_believed(tokens):
    text, _ = made(tokens)
    tokens.path.chmod(0o666)
    with pytest.raises(RackmathError, match="chmod 600"):
        Tokens(tokens.path).check(text)


@pytest.mark.parametrize("wrong", ["", "rk_", "rk_000000000000_" + "a" * 43, "x" * 100_000, "rk_ä", "rk_0_0\0"])
def test_a_wrong_token_is_none(tokens, wrong):
    made(tokens)
    assert tokens.check(wrong) is None


def test_another_secret_under_a_known_id_is_none(tokens):
    text, _ = made(tokens)
    other, _ = made(tokens)
    assert tokens.check(text[:16] + other[16:]) is None


def test_revoking_acts_at_once_also_for_who_has_read_the_file(tokens):
    text, token = made(tokens)
    elsewhere = Tokens(tokens.path)
    assert elsewhere.check(text)
    tokens.revoke(token.id)
    assert elsewhere.check(text) is None
    assert elsewhere.alive(token.id) is None
    with pytest.raises(RackmathError, match="is not known"):
        tokens.revoke(token.id)


def test_a_token_runs_out(tokens, clock):
    text, _ = made(tokens, days=3)
    clock.now += timedelta(days=3, seconds=-1)
    assert tokens.check(text)
    clock.now += timedelta(seconds=1)
    assert tokens.check(text) is None


def test_every_scope_includes_reading(tokens):
    for scope in SCOPES:
        assert made(tokens, scopes=[scope])[1].scopes == {"read", scope}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"scopes": ["wirte"]}, "did you mean 'write'"),
        ({"scopes": []}, "allows nothing"),
        ({"days": 0}, "lasts 1 to"),
        ({"handle": "../x"}, "lower-case"),
    ],
)
def test_what_is_not_allowed_is_said(tokens, more, said):
    with pytest.raises(RackmathError, match=said):
        made(tokens, **more)


@pytest.mark.parametrize("text", ["{", "[]", '{"tokens": [{}]}', '{"tokens": 3}', "\xff", "[" * 100_000])
def test_a_damaged_file_is_one_line(tokens, text):
    tokens.path.parent.mkdir(parents=True)
    tokens.path.write_text(text, "latin-1")
    tokens.path.chmod(0o600)
    with pytest.raises(RackmathError, match="tokens cannot be read"):
        tokens.all()


def test_many_writers_lose_nothing(tokens):
    threads = [threading.Thread(target=lambda: [made(Tokens(tokens.path)) for _ in range(5)]) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(tokens.all()) == 20
    assert json.loads(tokens.path.read_text())["format"] == 1


def test_the_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_folder() == tmp_path / "rackmath"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert config_folder() == tmp_path / "home" / ".config" / "rackmath"


# --- sessions ---------------------------------------------------------------------------------------------------


def test_a_session_ends_idle_old_or_with_its_token(tokens, clock):
    sessions = Sessions(tokens, clock, idle=timedelta(hours=1), life=timedelta(hours=3))
    token = made(tokens)[1]
    name = sessions.begin(token)
    for _ in range(3):
        clock.now += timedelta(minutes=59)
        assert sessions.find(name)
    clock.now += timedelta(minutes=4)  # over three hours old, though never idle
    assert sessions.find(name) is None

    name = sessions.begin(token)
    clock.now += timedelta(minutes=61)
    assert sessions.find(name) is None

    name = sessions.begin(token)
    tokens.revoke(token.id)
    assert sessions.find(name) is None


def test_a_session_is_known_by_its_name_alone(tokens, clock):
    sessions = Sessions(tokens, clock)
    name = sessions.begin(made(tokens)[1])
    assert sessions.find("") is None
    assert sessions.find(name[:-1]) is None
    sessions.end(name)
    assert sessions.find(name) is None


def test_a_form_of_another_session_is_forged(tokens, clock):
    sessions = Sessions(tokens, clock)
    one, two = (sessions.find(sessions.begin(made(tokens)[1])) for _ in range(2))
    assert not one.forged(one.csrf())
    assert one.csrf() != one.csrf()  # masked anew each time
    for wrong in (two.csrf(), "", one.csrf()[:-4], "ä", "A" * 88, "x" * 100_000):
        assert one.forged(wrong or "")


def test_failing_is_counted_for_a_while(clock):
    failures = Failures(clock, limit=3, span=timedelta(minutes=10))
    assert [failures.failed("a") for _ in range(3)] == [0, 0, 600]
    assert failures.failed("b") == 0
    clock.now += timedelta(minutes=11)
    assert failures.failed("a") == 0
