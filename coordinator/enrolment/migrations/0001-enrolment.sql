-- Who was let in, and with what. Secrets of tokens are here as hashes only, keys of agencies not at all.

CREATE TABLE tokens (
  id TEXT PRIMARY KEY, -- hexadecimal, not secret
  agency TEXT NOT NULL,
  secret_sha256 TEXT NOT NULL,
  made_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT,
  wrong_attempts INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX tokens_by_agency ON tokens (agency);

CREATE TABLE certificates (
  number INTEGER PRIMARY KEY AUTOINCREMENT, -- order of issue
  agency TEXT NOT NULL,
  cause TEXT NOT NULL, -- 'enrolled' or 'renewed'
  serial TEXT NOT NULL UNIQUE,
  fingerprint TEXT NOT NULL,
  identity_key TEXT, -- base64 of the raw Ed25519 public key; of enrolments only
  issued_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
) STRICT;

CREATE INDEX certificates_by_agency ON certificates (agency);
