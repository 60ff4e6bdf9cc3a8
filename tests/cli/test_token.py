import json
import stat

import pytest

from web.asking import make_brain


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def vault(home):
    return make_brain(home / "brain")


def test_a_token_is_made_listed_and_revoked(rackmath, vault, home):
    made = rackmath("token", "new", "--vault", vault, "--as", "@ann", "--scope", "write,review", "--days", "30")
    assert made.status == 0
    assert made.out.startswith("rk_")
    assert len(made.out.split()) == 1  # so that it can be piped
    assert "not shown again" in made.err
    path = home / "config/rackmath/tokens.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made.out.strip() not in path.read_text()
    listed = rackmath("token", "list", "--json").json
    assert [(each["handle"], each["scopes"]) for each in listed] == [("ann", ["read", "review", "write"])]
    assert listed[0]["id"] in rackmath("token", "list").out
    assert rackmath("token", "revoke", listed[0]["id"]).status == 0
    assert rackmath("token", "list", "--json").json == []
    assert rackmath("token", "revoke", listed[0]["id"]).status == 2


def test_as_json(rackmath, vault):
    made = rackmath("token", "new", "--vault", vault, "--as", "ann", "--json").json
    assert made["token"].startswith("rk_")
    assert made["expires"] is None
    assert json.dumps(made)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--as", "anne"], "did you mean 'ann'"),
        (["--as", "ann", "--scope", "wirte"], "did you mean 'write'"),
        (["--as", "ann", "--scope", ","], "allows nothing"),
        (["--as", "ann", "--days", "0"], "lasts 1 to"),
    ],
)
def test_what_is_wrong_is_one_line(rackmath, vault, words, said):
    done = rackmath("token", "new", "--vault", vault, *words)
    assert done.status == 2
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_folder_that_is_no_brain(rackmath, home):
    done = rackmath("token", "new", "--vault", home, "--as", "ann")
    assert (done.status, done.out) == (2, "")
    assert "is not a brain" in done.err
