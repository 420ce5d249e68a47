-- Tokens that analysts make for themselves, and what was answered to a request that may come again. No secret is here: hashes only.

CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY, -- 16 hexadecimal digits
  secret_sha256 TEXT NOT NULL UNIQUE,
  subject TEXT NOT NULL, -- the sign-in service's id of its holder; leaves this file for nobody
  analyst TEXT NOT NULL,
  organisation TEXT NOT NULL,
  name TEXT NOT NULL, -- as its holder calls it
  scopes TEXT NOT NULL, -- JSON
  made_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  last_used_day TEXT, -- no time of the day: that would be a diary of its holder's work
  revoked_at TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX api_tokens_by_subject ON api_tokens (subject);

CREATE TABLE repeatable_requests (
  requester TEXT NOT NULL,
  key_sha256 TEXT NOT NULL, -- of the Idempotency-Key
  body_sha256 TEXT NOT NULL,
  begun_at TEXT NOT NULL,
  run TEXT, -- id of the run it made; null until it is made
  PRIMARY KEY (requester, key_sha256)
) STRICT, WITHOUT ROWID;
