import type { RecordTexts } from './record-texts.js'

/**
 * The tables of a record store, version by version. A new version of the records' JSON is a new version of these, too: who knows only the
 * earlier one must not write it.
 */
export const RECORD_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE records (
    key TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    -- When the record last changed: milliseconds since the epoch.
    updated INTEGER NOT NULL,
    -- Rises with every change of any record.
    revision INTEGER NOT NULL,
    -- The record itself: JSON.
    record TEXT NOT NULL,
    -- Who holds the lease, until when (milliseconds since the system started), and for how many milliseconds it was given.
    owner TEXT,
    until REAL,
    length REAL,
    CHECK ((owner IS NULL) = (until IS NULL) AND (owner IS NULL) = (length IS NULL))
  ) STRICT;
  CREATE INDEX records_by_status ON records (status, key);
  CREATE UNIQUE INDEX records_by_revision ON records (revision, key);
  CREATE INDEX ended_records_by_age ON records (updated) WHERE status IN ('COMPLETED', 'FAILED', 'CANCELLED');

  -- Submissions of jobs, in the order they came.
  CREATE TABLE submissions (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL REFERENCES records (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    -- JSON, as is the whole.
    principal TEXT NOT NULL,
    submission TEXT NOT NULL,
    UNIQUE (key, id)
  ) STRICT;

  -- One row: no revision up to this one is given again, though its record may be forgotten.
  CREATE TABLE forgotten (revision INTEGER NOT NULL) STRICT;
  INSERT INTO forgotten VALUES (0);
  `,
  `
  -- Members of records that may be large, and do not change whenever the record does: JSON. A record of before this has them itself.
  CREATE TABLE parts (
    key TEXT NOT NULL REFERENCES records (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- That of the record when this was written.
    revision INTEGER NOT NULL,
    part TEXT NOT NULL,
    PRIMARY KEY (key, name)
  ) STRICT, WITHOUT ROWID;
  -- By another name, so that whoever had the file open before, and knows no parts, finds nothing rather than half a record.
  ALTER TABLE records RENAME COLUMN record TO own;
  `,
]

const partAs = (name: string) =>
  `(SELECT part FROM parts WHERE key = records.key AND name = '${name}' AND revision > ?) AS ${name}`

/** Columns of a record with its parts, each as far as it was written after a revision: two values of a statement. */
export const TEXTS = `own, ${partAs('job')}, ${partAs('output')}`

/** What is read of {@link TEXTS}. */
export interface TextRow {
  readonly own: string
  readonly job: string | null
  readonly output: string | null
}

export function textsOf({ own, job, output }: TextRow): RecordTexts {
  return { record: own, parts: [job, output].filter((part) => part !== null) }
}

/** A record and its lease, as they are kept. */
export interface RecordRow {
  readonly own: string
  readonly owner: string | null
  readonly until: number | null
  readonly length: number | null
}
