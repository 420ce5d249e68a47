-- Who has signed in to the pages, and who is about to. Ids are hashed: whoever reads this can't take up a session. No token
-- of the sign-in service is kept.

CREATE TABLE sessions (
  id_sha256 TEXT PRIMARY KEY,
  subject TEXT, -- the sign-in service's id of them; null: nobody has signed in yet
  data TEXT NOT NULL, -- JSON: what was said of them, the token of their forms, sign-ins under way
  begun_at TEXT NOT NULL,
  used_at TEXT NOT NULL -- to the minute
) STRICT, WITHOUT ROWID;

-- Strangers' together: there may be many of them, and nobody is to wait because of it.
CREATE INDEX sessions_by_subject ON sessions (subject, used_at);
CREATE INDEX sessions_by_begin ON sessions (begun_at);

-- By which cookies are signed. It opens nothing: it only spares a look-up for what can't be an id.
CREATE TABLE session_secret (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  secret TEXT NOT NULL
) STRICT;
