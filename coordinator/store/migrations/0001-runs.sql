-- Runs, their logs, what they cost and what they released. No counts that are not protected, and no personal data.

CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT, -- order of submission
  id TEXT NOT NULL UNIQUE,
  template TEXT NOT NULL,
  template_version INTEGER NOT NULL,
  template_title TEXT NOT NULL,
  template_digest TEXT NOT NULL,
  parameters TEXT NOT NULL, -- JSON: name to values
  requester TEXT NOT NULL,
  purpose TEXT NOT NULL,
  submitted_at TEXT NOT NULL,
  state TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT,
  ending_code TEXT,
  ending_party TEXT,
  ending_message TEXT
) STRICT;

CREATE TABLE run_snapshots (
  run INTEGER NOT NULL REFERENCES runs (number),
  position INTEGER NOT NULL, -- roster order
  agency TEXT NOT NULL,
  dataset TEXT NOT NULL,
  snapshot TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_events (
  run INTEGER NOT NULL REFERENCES runs (number),
  sequence INTEGER NOT NULL,
  at TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  party TEXT,
  code TEXT,
  message TEXT,
  PRIMARY KEY (run, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_phases (
  run INTEGER NOT NULL REFERENCES runs (number),
  position INTEGER NOT NULL,
  phase TEXT NOT NULL,
  seconds REAL NOT NULL,
  bytes INTEGER NOT NULL, -- rounded up to 1 MiB
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE releases (
  run INTEGER PRIMARY KEY REFERENCES runs (number),
  released_at TEXT NOT NULL,
  body TEXT NOT NULL -- JSON: the protected table
) STRICT;

CREATE TABLE agencies (
  agency TEXT PRIMARY KEY,
  first_seen_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
