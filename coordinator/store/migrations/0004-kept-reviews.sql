-- Reviews whose authors have committed to them and that nobody may read before the other reviewer has, too.

CREATE TABLE kept_reviews (
  digest TEXT PRIMARY KEY, -- of the review, 64 hexadecimal digits: what the commitment names
  proposal TEXT NOT NULL,
  officer TEXT NOT NULL,
  envelope BLOB NOT NULL, -- signed by its officer
  kept_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX kept_reviews_by_proposal ON kept_reviews (proposal);
