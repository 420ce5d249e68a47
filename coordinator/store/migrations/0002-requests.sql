-- What exactly was asked of which snapshots, so that the same is answered once; and what each agency demanded.

ALTER TABLE runs ADD COLUMN request_digest TEXT; -- null until its turn has come, and where the first schema wrote it
ALTER TABLE runs ADD COLUMN replay_of INTEGER REFERENCES runs (number); -- whose release it gave again; never a replay

CREATE INDEX runs_by_request ON runs (request_digest);
CREATE INDEX runs_by_template ON runs (template_digest);

CREATE TABLE run_floors (
  run INTEGER NOT NULL REFERENCES runs (number),
  agency TEXT NOT NULL,
  threshold INTEGER NOT NULL,
  round_to INTEGER NOT NULL,
  epsilon REAL, -- null: left to the template
  PRIMARY KEY (run, agency)
) STRICT, WITHOUT ROWID;
