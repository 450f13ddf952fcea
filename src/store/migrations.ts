/**
 * The schema, one entry a version: an entry that has shipped never changes, a new one is added. All instants are ms since the
 * epoch, `minute` is whole minutes since the epoch.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE groups (
    id            INTEGER PRIMARY KEY,
    fingerprint   TEXT NOT NULL UNIQUE,
    -- what /errors lists by: the signature, or the group itself where no signature knows it
    signature_key TEXT NOT NULL,
    signature_id  TEXT,
    category      TEXT NOT NULL,
    policy        TEXT NOT NULL,
    severity      TEXT NOT NULL,
    severity_rank INTEGER NOT NULL,
    summary       TEXT NOT NULL,
    runbook       TEXT,
    canonical     TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    last_alert_at INTEGER,
    count         INTEGER NOT NULL DEFAULT 0,
    samples       INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX groups_signature_key ON groups (signature_key);

  CREATE TABLE services (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  -- equal errors of one service in one batch are one row: count says how many
  CREATE TABLE events (
    id              INTEGER PRIMARY KEY,
    group_id        INTEGER NOT NULL,
    service_id      INTEGER NOT NULL,
    observed_at     INTEGER NOT NULL,
    count           INTEGER NOT NULL,
    severity_number INTEGER NOT NULL,
    timestamp       INTEGER,
    host            TEXT,
    trace_id        TEXT,
    span_id         TEXT
  ) STRICT;
  CREATE INDEX events_group ON events (group_id, observed_at);
  CREATE INDEX events_observed_at ON events (observed_at);

  CREATE TABLE minutes (
    minute     INTEGER NOT NULL,
    group_id   INTEGER NOT NULL,
    service_id INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (minute, group_id, service_id)
  ) STRICT, WITHOUT ROWID;

  -- a ring for each group: slot is the running number modulo the size of the ring
  CREATE TABLE samples (
    group_id    INTEGER NOT NULL,
    slot        INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    observed_at INTEGER NOT NULL,
    service_id  INTEGER NOT NULL,
    trace_id    TEXT,
    text        TEXT NOT NULL,
    PRIMARY KEY (group_id, slot)
  ) STRICT, WITHOUT ROWID;

  -- ids are never given twice: buttons in old messages carry them
  CREATE TABLE alerts (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id     INTEGER NOT NULL,
    rang_at      INTEGER NOT NULL,
    reason       TEXT NOT NULL,
    count        INTEGER NOT NULL,
    window_ms    INTEGER NOT NULL,
    first_at     INTEGER NOT NULL,
    category     TEXT NOT NULL,
    policy       TEXT NOT NULL,
    severity     TEXT NOT NULL,
    shadow       INTEGER NOT NULL,
    acked_at     INTEGER,
    acked_by     TEXT,
    escalated_at INTEGER
  ) STRICT;
  CREATE INDEX alerts_rang_at ON alerts (rang_at);
  CREATE INDEX alerts_group ON alerts (group_id, rang_at);
  CREATE INDEX alerts_to_escalate ON alerts (rang_at)
    WHERE policy = 'escalate' AND shadow = 0 AND acked_at IS NULL AND escalated_at IS NULL;

  -- one row for each message to each destination; a message is built when it is sent, a notice brings its own
  CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY,
    destination     TEXT NOT NULL,
    kind            TEXT NOT NULL,
    alert_id        INTEGER,
    notice          TEXT,
    state           TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    last_error      TEXT,
    message_id      TEXT,
    done_at         INTEGER
  ) STRICT;
  CREATE INDEX outbox_waiting ON outbox (destination, id) WHERE done_at IS NULL;
  CREATE INDEX outbox_alert ON outbox (alert_id);
  CREATE INDEX outbox_done ON outbox (done_at);

  -- what was done about each message: appended, never changed
  CREATE TABLE dispatch_log (
    id          INTEGER PRIMARY KEY,
    alert_id    INTEGER,
    outbox_id   INTEGER,
    destination TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    detail      TEXT,
    at          INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX dispatch_log_at ON dispatch_log (at);
  CREATE INDEX dispatch_log_alert ON dispatch_log (alert_id);

  -- decisions that did not ring, counted a minute
  CREATE TABLE decisions (
    minute   INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (minute, group_id, kind)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE source_counts (
    minute INTEGER NOT NULL,
    source TEXT NOT NULL,
    what   TEXT NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (minute, source, what)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE mutes (
    id         INTEGER PRIMARY KEY,
    group_id   INTEGER NOT NULL UNIQUE,
    until      INTEGER NOT NULL,
    muted_by   TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;

  -- what a button stands for that does not fit into the 64 bytes it carries
  CREATE TABLE buttons (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    payload    TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE audit (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  `,
];
