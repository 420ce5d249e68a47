-- The audit log: entries, the hashes of its tree, and what was signed of it. Entries and hashes are never changed.

CREATE TABLE log (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL
) STRICT;

CREATE TABLE entries (
  number INTEGER PRIMARY KEY, -- from 0
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE hashes (
  position INTEGER PRIMARY KEY, -- in the order in which subtrees become full, from 0
  hash BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoints (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL -- the newest of this size, with the cosignatures it has
) STRICT;

CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER hashes_stay BEFORE UPDATE ON hashes BEGIN SELECT RAISE(ABORT, 'hashes are never changed'); END;
CREATE TRIGGER hashes_remain BEFORE DELETE ON hashes BEGIN SELECT RAISE(ABORT, 'hashes are never deleted'); END;
