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
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- tells messages of this database from those of another Tocsin in the same channel
  INSERT INTO meta VALUES ('installation', lower(hex(randomblob(8))));

  ALTER TABLE alerts ADD COLUMN cooldown_ms INTEGER NOT NULL DEFAULT 600000;
  -- the last event of an alert that is over: quiet for a window, and its cooldown has ended
  ALTER TABLE alerts ADD COLUMN ended_at INTEGER;

  -- how far down the ladder from rich to one line the message had to go
  ALTER TABLE outbox ADD COLUMN step TEXT NOT NULL DEFAULT 'rich';
  -- an attempt left, and its answer was lost
  ALTER TABLE outbox ADD COLUMN maybe_sent INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE outbox ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
  -- the message of many alerts that this one is told by (state 'folded', then 'merged'), or that this row is about
  ALTER TABLE outbox ADD COLUMN bundle_id INTEGER;
  DROP INDEX outbox_waiting;
  CREATE INDEX outbox_waiting ON outbox (destination, state, priority DESC, id) WHERE done_at IS NULL;
  CREATE INDEX outbox_rang ON outbox (destination, created_at);
  CREATE INDEX outbox_bundle ON outbox (bundle_id) WHERE bundle_id IS NOT NULL;

  -- one message for many alerts: a storm while it lasts, or what had to wait for the chat
  CREATE TABLE bundles (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL,
    kind        TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    message_id  TEXT,
    step        TEXT NOT NULL DEFAULT 'rich',
    edited_at   INTEGER NOT NULL DEFAULT 0,
    ended_at    INTEGER
  ) STRICT;
  CREATE INDEX bundles_open ON bundles (destination) WHERE ended_at IS NULL;

  -- the messages in the chats that are kept up to date, one for each alert and destination
  CREATE TABLE live (
    destination TEXT NOT NULL,
    alert_id    INTEGER NOT NULL,
    group_id    INTEGER NOT NULL,
    message_id  TEXT NOT NULL,
    step        TEXT NOT NULL,
    posted_at   INTEGER NOT NULL,
    edited_at   INTEGER NOT NULL,
    edits       INTEGER NOT NULL DEFAULT 0,
    -- what it shows: the state, and the last event
    shown       TEXT NOT NULL,
    seen_at     INTEGER NOT NULL,
    -- acknowledged, muted, or rung again since it was shown
    touched     INTEGER NOT NULL DEFAULT 0,
    -- 0: nothing changes in it any more, unless somebody acts on it
    open        INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (destination, alert_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX live_open ON live (destination) WHERE open = 1;
  CREATE INDEX live_group ON live (group_id);
  CREATE INDEX live_posted_at ON live (posted_at);

  -- what a decision was about: events against the threshold, the end of the cooldown, the mute
  ALTER TABLE decisions ADD COLUMN value INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE decisions ADD COLUMN bound INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE decisions ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX decisions_group ON decisions (group_id, minute);

  -- lines that the allowlist took, by its pattern
  CREATE TABLE noise (
    minute  INTEGER NOT NULL,
    pattern TEXT NOT NULL,
    count   INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    sample  TEXT NOT NULL,
    PRIMARY KEY (minute, pattern)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE mutes RENAME TO mutes_1;
  CREATE TABLE mutes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    scope      TEXT NOT NULL,
    name       TEXT NOT NULL,
    until      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    reason     TEXT,
    -- when it ended, by itself or by a person, and that was told
    ended_at   INTEGER,
    ended_by   TEXT
  ) STRICT;
  INSERT INTO mutes (scope, name, until, created_at, created_by, ended_at)
    SELECT 'fingerprint', g.fingerprint, m.until, m.created_at, m.muted_by,
      CASE WHEN m.until < unixepoch() * 1000 THEN m.until END
    FROM mutes_1 m JOIN groups g ON g.id = m.group_id;
  DROP TABLE mutes_1;
  CREATE INDEX mutes_open ON mutes (until) WHERE ended_at IS NULL;
  CREATE INDEX audit_at ON audit (at);
  `,
  `
  -- the form of the canonical text that a group was made under
  ALTER TABLE groups ADD COLUMN form TEXT NOT NULL DEFAULT 'seed';
  -- the group that this one is part of, by its fingerprint; NULL: it stands for itself
  ALTER TABLE groups ADD COLUMN root TEXT;
  -- seen again after it had been quiet for long
  ALTER TABLE groups ADD COLUMN regressed_at INTEGER;
  CREATE INDEX groups_root ON groups (root) WHERE root IS NOT NULL;
  CREATE INDEX groups_first_seen ON groups (first_seen_at);

  -- fingerprint -> group: rows are only added; one that was undone stays, and keeps the fingerprint apart
  CREATE TABLE merges (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL,
    root        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    -- who merged it; NULL: by itself
    merged_by   TEXT,
    evidence    TEXT NOT NULL,
    undone_at   INTEGER,
    undone_by   TEXT
  ) STRICT;
  CREATE INDEX merges_fingerprint ON merges (fingerprint);
  CREATE INDEX merges_root ON merges (root);

  -- the places of canonical texts that may vary: texts that share one differ in one word
  CREATE TABLE slots (
    key         INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (key, fingerprint)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- sources, services and jobs that ring when they are not heard of
  CREATE TABLE watches (
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    last_at  INTEGER NOT NULL,
    -- the signature under which its silence rang, as long as it lasts
    alarm    TEXT,
    alarm_at INTEGER,
    PRIMARY KEY (kind, name)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- how many chats it was to reach: what /observe holds the sends against
  ALTER TABLE alerts ADD COLUMN receivers INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX slots_fingerprint ON slots (fingerprint);
  `,
  `
  -- texts whose places are not in slots yet, a row each; keys: doubles, the least byte first
  CREATE TABLE slot_log (
    id          INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    keys        BLOB NOT NULL
  ) STRICT;
  -- a page for each row that is added: what is too old is found by looking at all of them, a few at a time
  DROP INDEX slots_fingerprint;
  `,
  `
  -- a row that stands for events of more than one time: the last, and the newest of them before a threshold (ms after the first)
  ALTER TABLE events ADD COLUMN last_at INTEGER;
  ALTER TABLE events ADD COLUMN times TEXT;
  `,
  `
  -- what minutes says of a span that is over (5 minutes, an hour, six hours), packed: /errors adds up a day from some dozens of these
  CREATE TABLE tallies (
    minutes INTEGER NOT NULL,
    minute  INTEGER NOT NULL,
    -- group, service, count, and again: numbers of 32 bits, little-endian
    counts  BLOB NOT NULL,
    PRIMARY KEY (minutes, minute)
  ) STRICT;

  -- the decisions of all groups, counted a minute
  CREATE TABLE decision_counts (
    minute INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (minute, kind)
  ) STRICT, WITHOUT ROWID;
  WITH sums AS MATERIALIZED (
    SELECT minute, sum(count) FILTER (WHERE kind = 'below_threshold') AS below, sum(count) FILTER (WHERE kind = 'cooldown') AS cooldown,
      sum(count) FILTER (WHERE kind = 'muted') AS muted, sum(count) FILTER (WHERE kind = 'generic_off') AS off
    FROM decisions GROUP BY minute)
  INSERT INTO decision_counts
    SELECT minute, 'below_threshold', below FROM sums WHERE below > 0
    UNION ALL SELECT minute, 'cooldown', cooldown FROM sums WHERE cooldown > 0
    UNION ALL SELECT minute, 'muted', muted FROM sums WHERE muted > 0
    UNION ALL SELECT minute, 'generic_off', off FROM sums WHERE off > 0;
  CREATE INDEX decisions_muted ON decisions (bound, minute, count) WHERE kind = 'muted';

  -- the signatures and categories that groups were seen under; signature_id is empty where no signature knew them
  CREATE TABLE signatures (
    signature_id  TEXT NOT NULL,
    category      TEXT NOT NULL,
    signature_key TEXT NOT NULL,
    PRIMARY KEY (signature_id, category)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO signatures
    SELECT coalesce(signature_id, ''), category, CASE WHEN signature_id IS NULL THEN '' ELSE max(signature_key) END
    FROM groups GROUP BY signature_id, category;

  -- source_counts, added up by the hour
  CREATE TABLE source_hours (
    hour   INTEGER NOT NULL,
    source TEXT NOT NULL,
    what   TEXT NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (hour, source, what)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO source_hours SELECT minute / 60, source, what, sum(count) FROM source_counts GROUP BY 1, 2, 3;

  -- so that the account of /observe reads indexes only
  DROP INDEX outbox_alert;
  CREATE INDEX outbox_alert ON outbox (alert_id, kind, state, destination);
  CREATE INDEX outbox_failed ON outbox (alert_id) WHERE state = 'failed';
  DROP INDEX outbox_rang;
  CREATE INDEX outbox_rang ON outbox (destination, created_at, kind, state);
  DROP INDEX alerts_rang_at;
  CREATE INDEX alerts_rang_at ON alerts (rang_at, severity, receivers);
  DROP INDEX dispatch_log_alert;
  CREATE INDEX dispatch_log_alert ON dispatch_log (alert_id, outcome);
  `,
];
