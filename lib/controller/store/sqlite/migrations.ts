/**
 * The schema, as the steps that lead to it. A database remembers how many it has gone through; a step that was ever
 * released is never changed again.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE build (
    id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    status TEXT NOT NULL,
    idempotency_key TEXT UNIQUE,
    environment TEXT NOT NULL,
    overrides TEXT NOT NULL,
    secrets_to_mask TEXT NOT NULL
  ) STRICT;

  CREATE TABLE task (
    id TEXT PRIMARY KEY,
    build_id TEXT NOT NULL REFERENCES build ON DELETE CASCADE,
    name TEXT NOT NULL,
    definition BLOB NOT NULL,
    allow_failures INTEGER NOT NULL,
    status TEXT NOT NULL,
    cause TEXT,
    message TEXT,
    worker TEXT,
    times_lost INTEGER NOT NULL DEFAULT 0,
    note TEXT,
    blocked INTEGER NOT NULL DEFAULT 0,
    replaced_by TEXT,
    queued_at INTEGER,
    started_at INTEGER,
    finished_at INTEGER
  ) STRICT;
  CREATE INDEX build_finished ON build (finished_at) WHERE finished_at IS NOT NULL;
  CREATE INDEX task_by_build ON task (build_id, status);
  CREATE INDEX task_waiting ON task (id) WHERE status = 'triggered';

  CREATE TABLE dependency (
    task_id TEXT NOT NULL REFERENCES task ON DELETE CASCADE,
    required_id TEXT NOT NULL REFERENCES task ON DELETE CASCADE,
    PRIMARY KEY (task_id, required_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dependency_by_required ON dependency (required_id);

  CREATE TABLE command (
    task_id TEXT NOT NULL REFERENCES task ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    duration_ms REAL NOT NULL DEFAULT 0,
    signaled INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (task_id, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE assignment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id TEXT NOT NULL REFERENCES task ON DELETE CASCADE,
    worker TEXT NOT NULL,
    client_secret_digest BLOB NOT NULL,
    server_secret TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    started INTEGER NOT NULL DEFAULT 0,
    agent_started_at INTEGER,
    stop INTEGER NOT NULL DEFAULT 0,
    release TEXT,
    released_at INTEGER
  ) STRICT;
  CREATE INDEX assignment_by_task ON assignment (task_id, id);
  CREATE INDEX assignment_held ON assignment (id) WHERE release IS NULL;

  CREATE TABLE agent_report (
    id INTEGER PRIMARY KEY,
    assignment_id INTEGER NOT NULL REFERENCES assignment ON DELETE CASCADE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL
  ) STRICT;
  CREATE INDEX agent_report_by_assignment ON agent_report (assignment_id);

  CREATE TABLE annotation (
    id INTEGER PRIMARY KEY,
    assignment_id INTEGER NOT NULL REFERENCES assignment ON DELETE CASCADE,
    annotation BLOB NOT NULL
  ) STRICT;
  CREATE INDEX annotation_by_assignment ON annotation (assignment_id);

  CREATE TABLE log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    assignment_id INTEGER NOT NULL REFERENCES assignment ON DELETE CASCADE,
    command TEXT NOT NULL,
    current INTEGER NOT NULL,
    preface BLOB NOT NULL,
    content BLOB
  ) STRICT;
  CREATE INDEX log_by_assignment ON log (assignment_id);
  CREATE UNIQUE INDEX log_current ON log (assignment_id, command) WHERE current = 1;
  CREATE INDEX log_draft ON log (id) WHERE current = 0;
  CREATE INDEX log_in_file ON log (id) WHERE content IS NULL;

  CREATE TABLE worker (
    name TEXT PRIMARY KEY,
    labels TEXT NOT NULL,
    resources TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE session (
    digest TEXT PRIMARY KEY,
    worker TEXT UNIQUE REFERENCES worker ON DELETE CASCADE,
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    build_id TEXT NOT NULL REFERENCES build ON DELETE CASCADE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    task_id TEXT,
    command TEXT,
    status TEXT NOT NULL,
    worker TEXT,
    cause TEXT,
    message TEXT,
    duration_ms REAL,
    signaled INTEGER
  ) STRICT;
  CREATE INDEX event_by_build ON event (build_id, seq);
  `,
  `
  ALTER TABLE build ADD COLUMN repository TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE build ADD COLUMN request_digest TEXT;
  UPDATE build SET request_digest = '' WHERE idempotency_key IS NOT NULL;
  CREATE INDEX task_undecided ON task (status)
    WHERE status IN ('created', 'triggered', 'scheduled', 'executing');
  `,
  `
  CREATE TABLE artifact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id TEXT NOT NULL REFERENCES task ON DELETE CASCADE,
    assignment_id INTEGER NOT NULL REFERENCES assignment ON DELETE CASCADE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    format TEXT NOT NULL,
    stored_at INTEGER NOT NULL,
    UNIQUE (task_id, name)
  ) STRICT;
  CREATE INDEX artifact_by_assignment ON artifact (assignment_id);

  CREATE TABLE artifact_file (
    artifact_id INTEGER NOT NULL REFERENCES artifact ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (artifact_id, path)
  ) STRICT, WITHOUT ROWID;
  `,
];
