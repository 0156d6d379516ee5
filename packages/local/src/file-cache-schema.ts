/** The tables of a file cache's index, version by version. */
export const FILE_CACHE_MIGRATIONS: readonly string[] = [
  `
  -- A file has its place here, and counts, from before its first byte is written.
  -- empty: nothing of it is there; loading: its loader writes it under the name of its token; ready: it is there as a whole.
  CREATE TABLE files (
    key TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('empty', 'loading', 'ready')),
    loader TEXT,
    token TEXT,
    used INTEGER NOT NULL,
    CHECK ((state = 'loading') = (loader IS NOT NULL AND token IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX files_by_use ON files (used);
  CREATE INDEX files_not_ready ON files (state) WHERE state <> 'ready';

  -- A file with a pin is not deleted. What pins it (an open file, a reservation) has an id.
  CREATE TABLE pins (
    id TEXT NOT NULL,
    key TEXT NOT NULL REFERENCES files (key) ON DELETE CASCADE,
    owner TEXT NOT NULL REFERENCES owners (id) ON DELETE CASCADE,
    PRIMARY KEY (id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pins_by_key ON pins (key);
  CREATE INDEX pins_by_owner ON pins (owner);

  -- Caches of processes, and when they gave a sign of life: in seconds since the system started.
  CREATE TABLE owners (id TEXT PRIMARY KEY, seen REAL NOT NULL) STRICT, WITHOUT ROWID;

  -- Reservations that wait for room, in their order.
  CREATE TABLE waiting (
    ticket INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL REFERENCES owners (id) ON DELETE CASCADE
  ) STRICT;
  `,
]

/** A file of the cache. */
export interface FileRow {
  readonly key: string
  readonly size: number
  readonly state: 'empty' | 'loading' | 'ready'
  readonly loader: string | null
  readonly token: string | null
}
