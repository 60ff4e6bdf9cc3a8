import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from web.asking import make_brain, note

NOTES = [("notes/observation/one.md", note("One"))]


def test_a_folder_that_is_no_brain_is_one_line(rackmath, tmp_path):
    done = rackmath("serve", "--vault", tmp_path, "--port", "0")
    assert done.status == 2
    assert "is not a brain" in done.err


def test_nothing_to_show(rackmath):
    assert "give a brain" in rackmath("serve", "--no-starter").err


def test_a_taken_port_is_one_line(rackmath, tmp_path):
    brain = make_brain(tmp_path / "brain")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = rackmath("serve", "--vault", brain, "--no-starter", "--port", taken.getsockname()[1])
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert "is taken" in done.err


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7"])
def test_a_host_that_is_not_of_this_machine(rackmath, tmp_path, host):
    done = rackmath("serve", "--vault", make_brain(tmp_path / "brain"), "--no-starter", "--host", host, "--port", "0")
    assert done.status == 2


def test_what_is_missing_is_named_with_its_command(rackmath, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = rackmath("serve", "--vault", make_brain(tmp_path / "brain"))
    assert done.status == 2
    assert "pip install 'rackmath[web]'" in done.err


def test_it_serves_sees_edits_and_ends_quietly(tmp_path):
    brain = make_brain(tmp_path / "brain", NOTES)
    command = [
        sys.executable,
        "-c",
        "from rackmath.cli import main; main()",
        "serve",
        "--vault",
        brain,
        "--no-starter",
        "--port",
        "0",
    ]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as server:
        try:
            address = server.stdout.readline().split()[0]
            assert address.startswith("http://127.0.0.1:")
            assert "One" in read(f"{address}api/notes")
            (brain / "notes/observation/two.md").write_text(note("Written outside"))
            deadline = time.monotonic() + 20
            while "Written outside" not in read(f"{address}api/notes"):
                assert time.monotonic() < deadline, "the edit was not seen"
                time.sleep(0.1)
        finally:
            server.send_signal(signal.SIGINT)
            _, told = server.communicate(timeout=20)
    assert server.returncode == 0
    assert told == ""


def read(address):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=20) as answer:
        return answer.read().decode()
