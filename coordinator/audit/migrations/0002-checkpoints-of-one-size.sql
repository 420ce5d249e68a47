-- A log that hasn't grown is signed again: what witnesses have cosigned of that size stays beside the newer one.

CREATE TABLE signed_checkpoints (
  number INTEGER PRIMARY KEY, -- in the order in which they were signed
  size INTEGER NOT NULL,
  note TEXT NOT NULL -- with the cosignatures it has
) STRICT;

INSERT INTO signed_checkpoints (size, note) SELECT size, note FROM checkpoints ORDER BY size;
DROP TABLE checkpoints;
ALTER TABLE signed_checkpoints RENAME TO checkpoints;
CREATE INDEX checkpoints_of_size ON checkpoints (size);
