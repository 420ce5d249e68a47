-- The signed template with which each question was put, as agencies got it: the folder may have another by now.

CREATE TABLE envelopes (
  digest TEXT PRIMARY KEY, -- SHA-256 of the bytes
  bytes BLOB NOT NULL
) STRICT;

ALTER TABLE runs ADD COLUMN envelope TEXT REFERENCES envelopes (digest); -- null until its turn has come, and for runs of before
