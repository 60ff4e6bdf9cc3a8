"""Proposals of a language model: only what our own check confirms is used, and nothing leaks."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from rackmath.audit.read import note_of
from rackmath.audit.suggested import MOST_BYTES, Endpoint, ask, checked, suggested
from rackmath.errors import RackmathError

TEXT = "Dues were $80 and are $100 now, 30% more.\n\nOf 180 berths 45 berths are free, or 25% of all.\n"
GOOD = {
    "sentence": "Dues were $80 and are $100 now, 30% more.",
    "claim": "30%",
    "inputs": {"a": "$80", "b": "$100"},
    "formula": "(b - a) / a",
}
NOTE = note_of(TEXT, "dues.md", "dues.md")


class Stub:
    """A server that answers with what it is told, and keeps what it was asked."""

    def __init__(self):
        self.asked, self.answer, self.status, self.headers = [], "[]", 200, {}
        self.drip = False
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                stub.asked.append((self.path, dict(self.headers), json.loads(body)))
                said = json.dumps({"choices": [{"message": {"content": stub.answer}}]}).encode()
                self.send_response(stub.status)
                for name, value in stub.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                for place in range(len(said)) if stub.drip else ():
                    self.wfile.write(said[place : place + 1])
                    self.wfile.flush()
                    time.sleep(0.05)
                if not stub.drip:
                    self.wfile.write(said)

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def stub():
    found = Stub()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_a_proposal_that_passes_is_a_question_with_its_sum(stub):
    stub.answer = f"Here you are: {json.dumps([GOOD])}"
    (finding,) = suggested([NOTE], Endpoint(stub.url, "m", key="s3cret", private=True))
    assert (finding.verdict, finding.claimed, finding.recomputed) == ("ambiguous", 30.0, 25.0)
    assert finding.confidence <= 0.7
    assert TEXT[finding.start : finding.end] == "30%"
    path, headers, body = stub.asked[0]
    assert (path, headers["Authorization"]) == ("/v1/chat/completions", "Bearer s3cret")
    assert body["model"] == "m"


def test_what_holds_holds():
    entry = {**GOOD, "claim": "$100", "inputs": {"a": "$80", "b": "30%"}, "formula": "a * (1 + b / 100)"}
    assert checked(NOTE, entry) is None  # a share and a plain number are not alike: no unit is guessed
    note = note_of("Dues were $80 and are $100 now, 25% more.", "dues.md", "dues.md")
    found = checked(note, {**GOOD, "sentence": "Dues were $80 and are $100 now, 25% more.", "claim": "25%"})
    assert found is not None
    assert found.verdict == "holds"
    assert "the text says '25%'" in found.explanation


@pytest.mark.parametrize(
    "change",
    [
        {"sentence": "Dues were $80 and are $90 now, 30% more."},  # not in the text
        {"claim": "25%"},  # not printed
        {"inputs": {"a": "$80", "b": "$120"}},
        {"inputs": {}},
        {"inputs": {"a": "$80", "b": "30%"}},  # the claim as its own input
        {"formula": "b - a"},  # dollars are no percentage
        {"formula": "b * a"},
        {"formula": "a + 1"},
        {"formula": "c / a"},
        {"formula": "(b - a) / (a - a)"},
        {"formula": "__import__('os').system('true')"},
        {"formula": "a ** b"},
        {"formula": "a if b else a"},
        {"formula": "(" * 60 + "a" + ")" * 59},
        {"formula": "a/" * 80 + "a"},
        {"formula": "True / a"},
        {"formula": 3},
        {"inputs": [1]},
    ],
)
def test_what_does_not_stand_in_the_text_or_does_not_fit_is_dropped(change):
    assert checked(NOTE, GOOD) is not None
    assert checked(NOTE, {**GOOD, **change}) is None
    assert checked(NOTE, [GOOD]) is None


def test_what_our_rules_found_is_not_said_twice(stub):
    stub.answer = json.dumps([GOOD, GOOD])
    endpoint = Endpoint(stub.url, "m", private=True)
    first = list(suggested([NOTE], endpoint))
    assert len(first) == 1
    assert list(suggested([NOTE], endpoint, first)) == []


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ("no list", 200, "does not answer with a JSON list"),
        ("[1, 2", 200, "does not answer with a JSON list"),
        ("[]", 500, "status 500"),
        ("[]", 302, "status 302"),
        ("[" + " " * (MOST_BYTES + 10) + "]", 200, "more than"),
    ],
)
def test_answers_that_cannot_be_used_are_one_line_without_the_key(stub, answer, status, said):
    stub.answer, stub.status, stub.headers = (
        answer,
        status,
        {"Location": "http://127.0.0.1:1/"} if status == 302 else {},
    )
    with pytest.raises(RackmathError, match=said) as told:
        ask(Endpoint(stub.url, "m", key="s3cret", private=True), "text")
    assert "s3cret" not in str(told.value)
    assert "s3cret" not in repr(Endpoint(stub.url, "m", key="s3cret"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9/v1", "private network"),
        ("http://[::1]/v1", "private network"),
        ("http://169.254.169.254/v1", "private network"),
        ("file:///etc/passwd", "name the endpoint"),
        ("https://user:pass@example.com/", "name the endpoint"),
        ("", "name the endpoint"),
    ],
)
def test_an_address_that_nobody_chose_is_not_asked(url, said):
    with pytest.raises(RackmathError, match=said):
        list(suggested([NOTE], Endpoint(url, "m")))


def test_an_answer_that_drips_is_given_up(stub, monkeypatch):
    monkeypatch.setattr("rackmath.audit.suggested.TIMEOUT", 0.4)
    stub.drip = True
    with pytest.raises(RackmathError, match="cannot be asked"):
        ask(Endpoint(stub.url, "m", private=True), "text")
