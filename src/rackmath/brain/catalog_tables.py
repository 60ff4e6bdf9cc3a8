"""The tables of the catalogue.

A note's row is that of its file. What is derived from several files (``status``, ``missing`` and ``health`` of a note,
``slug`` of a tag, ``state`` and ``verdict`` of a citation, ``tag_target``, ``document``, ``judged_by``) is written by
`rackmath.brain.settle`; ``todo`` says what for.
"""

TABLES = """
CREATE TABLE note(
  rowid INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL, slug TEXT NOT NULL,
  kind TEXT NOT NULL, title TEXT NOT NULL, asked TEXT NOT NULL, status TEXT NOT NULL, missing TEXT NOT NULL,
  created TEXT NOT NULL, published TEXT NOT NULL, updated TEXT NOT NULL, certainty TEXT NOT NULL,
  contributors TEXT NOT NULL, tags TEXT NOT NULL, aliases TEXT NOT NULL, excerpt TEXT NOT NULL,
  substance TEXT NOT NULL, superseded_by TEXT NOT NULL, retired_because TEXT NOT NULL,
  figures INTEGER NOT NULL, citations INTEGER NOT NULL, health TEXT NOT NULL);
CREATE INDEX note_id ON note(id);
CREATE INDEX note_key ON note(key);
CREATE INDEX note_newest ON note(updated, created, path);
CREATE TABLE body(note INTEGER PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE author(note INTEGER, handle TEXT, PRIMARY KEY(note, handle)) WITHOUT ROWID;
CREATE INDEX author_handle ON author(handle, note);
CREATE TABLE tag(note INTEGER, own TEXT, slug TEXT NOT NULL, spelling TEXT NOT NULL, PRIMARY KEY(note, own))
  WITHOUT ROWID;
CREATE INDEX tag_slug ON tag(slug, note);
CREATE TABLE vocabulary(file INTEGER, slug TEXT, entry TEXT NOT NULL, PRIMARY KEY(file, slug)) WITHOUT ROWID;
CREATE TABLE judged_by(what TEXT PRIMARY KEY, told TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tag_target(slug TEXT PRIMARY KEY, target TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE name(note INTEGER, name TEXT, rank INTEGER NOT NULL, PRIMARY KEY(note, name)) WITHOUT ROWID;
CREATE INDEX name_name ON name(name, rank);
CREATE TABLE link(
  note INTEGER, n INTEGER, type TEXT NOT NULL, target TEXT NOT NULL, name TEXT NOT NULL, sentence TEXT NOT NULL,
  PRIMARY KEY(note, n)) WITHOUT ROWID;
CREATE INDEX link_name ON link(name);
CREATE TABLE figure(
  note INTEGER, n INTEGER, id TEXT NOT NULL, subject TEXT NOT NULL, quantity TEXT NOT NULL, kind TEXT NOT NULL,
  source TEXT NOT NULL, line INTEGER NOT NULL, item TEXT NOT NULL, PRIMARY KEY(note, n)) WITHOUT ROWID;
CREATE INDEX figure_id ON figure(id);
CREATE INDEX figure_quantity ON figure(quantity, subject);
CREATE INDEX figure_source ON figure(source, note);
CREATE TABLE figure_use(note INTEGER, n INTEGER, figure TEXT NOT NULL, PRIMARY KEY(note, n)) WITHOUT ROWID;
CREATE TABLE gone(note INTEGER, figure TEXT, PRIMARY KEY(note, figure)) WITHOUT ROWID;
CREATE INDEX figure_use_figure ON figure_use(figure);
CREATE TABLE cite(
  note INTEGER, n INTEGER, id TEXT NOT NULL, citekey TEXT NOT NULL, entry TEXT NOT NULL, state TEXT NOT NULL,
  verdict TEXT NOT NULL, PRIMARY KEY(note, n)) WITHOUT ROWID;
CREATE INDEX cite_citekey ON cite(citekey, note);
CREATE TABLE bracket(
  note INTEGER, n INTEGER, state TEXT NOT NULL, entry TEXT NOT NULL, PRIMARY KEY(note, n)) WITHOUT ROWID;
CREATE TABLE refers(note INTEGER, target TEXT, state TEXT NOT NULL, PRIMARY KEY(note, target)) WITHOUT ROWID;
CREATE INDEX refers_target ON refers(target);
CREATE TABLE rests(note INTEGER, citekey TEXT, how TEXT, PRIMARY KEY(note, citekey, how)) WITHOUT ROWID;
CREATE INDEX rests_citekey ON rests(citekey, note);
CREATE TABLE source(
  rowid INTEGER PRIMARY KEY, citekey TEXT NOT NULL, path TEXT NOT NULL, title TEXT NOT NULL, publisher TEXT NOT NULL,
  url TEXT NOT NULL, loose TEXT NOT NULL, domain TEXT NOT NULL, source_kind TEXT NOT NULL, status TEXT NOT NULL,
  origin TEXT NOT NULL, entry TEXT NOT NULL, front TEXT NOT NULL);
CREATE INDEX source_citekey ON source(citekey);
CREATE INDEX source_loose ON source(loose);
CREATE TABLE document(citekey TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX document_document ON document(document);
CREATE TABLE snapshot(
  rowid INTEGER PRIMARY KEY, sha TEXT NOT NULL, citekey TEXT NOT NULL, at TEXT NOT NULL, record TEXT NOT NULL);
CREATE INDEX snapshot_citekey ON snapshot(citekey, at);
CREATE INDEX snapshot_sha ON snapshot(sha);
CREATE TABLE snapshot_text(rowid INTEGER PRIMARY KEY, sha TEXT NOT NULL, text BLOB NOT NULL);
CREATE INDEX snapshot_text_sha ON snapshot_text(sha);
CREATE TABLE contributor(rowid INTEGER PRIMARY KEY, handle TEXT NOT NULL, entry TEXT NOT NULL);
CREATE TABLE review(rowid INTEGER PRIMARY KEY, note TEXT NOT NULL, entry TEXT NOT NULL);
CREATE TABLE brain(rowid INTEGER PRIMARY KEY, entry TEXT NOT NULL);
CREATE TABLE near_runs(note INTEGER PRIMARY KEY, runs BLOB NOT NULL);
CREATE TABLE near_band(note INTEGER, band INTEGER, PRIMARY KEY(band, note)) WITHOUT ROWID;
CREATE TABLE problem(file INTEGER, n INTEGER, line INTEGER NOT NULL, said TEXT NOT NULL, PRIMARY KEY(file, n))
  WITHOUT ROWID;
CREATE TABLE todo(what TEXT, name TEXT, PRIMARY KEY(what, name)) WITHOUT ROWID;
"""
