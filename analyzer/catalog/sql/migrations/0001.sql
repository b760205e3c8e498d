-- The tables of a catalog, schema 1. People query the views (views.sql); these tables may change with the schema.

-- One run of 'catalog scan': when, by which version, and how it ended.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  started_at TEXT NOT NULL,
  ended_at TEXT,                      -- null: it runs, or it was killed
  state TEXT NOT NULL,                -- running, done, interrupted
  tool_version TEXT NOT NULL
) STRICT;

-- Where packages were found. A location without a digest could not be read; 'error' says why.
CREATE TABLE location (
  location TEXT PRIMARY KEY,
  sha256 TEXT,
  stamp TEXT,                         -- changes when the file does; null: cannot be told
  app_group TEXT,
  error TEXT,
  run_id INTEGER NOT NULL REFERENCES run (id)
) STRICT;
CREATE INDEX location_by_sha256 ON location (sha256);

-- One package, looked at by one version of apkvet, with one watch list, to one depth: done or failed.
CREATE TABLE scan (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  tool_version TEXT NOT NULL,
  watch_digest TEXT NOT NULL,
  depth TEXT NOT NULL,                -- asked for
  reached TEXT,                       -- the depth that the budget allowed; null: failed
  state TEXT NOT NULL CHECK (state IN ('done', 'failed')),
  kind TEXT,                          -- of the failure; null: none
  reason TEXT,                        -- of the failure, or of the lesser depth
  attempts INTEGER NOT NULL,
  budget_seconds REAL NOT NULL,
  budget_memory INTEGER NOT NULL,     -- bytes
  cpu_ms INTEGER,
  peak_kb INTEGER,
  scanned_at TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  observation BLOB,                   -- msgpack, compressed with zlib; null: failed
  UNIQUE (sha256, tool_version, watch_digest, depth)
) STRICT;
CREATE INDEX scan_by_run ON scan (run_id);

-- One package, as its newest observation shows it.
CREATE TABLE app (
  sha256 TEXT PRIMARY KEY,
  scan_id INTEGER NOT NULL REFERENCES scan (id),
  file TEXT NOT NULL,
  size INTEGER,
  package TEXT,
  label TEXT,
  version_name TEXT,
  version_code INTEGER,
  min_sdk INTEGER,
  target_sdk INTEGER,
  signers TEXT,                       -- SHA-256 of the certificates, sorted, with spaces between; null: not read
  app_group TEXT,
  failed TEXT,                        -- why there is no observation; null: there is one
  first_seen TEXT NOT NULL
) STRICT;
CREATE INDEX app_by_package ON app (package, version_code);
CREATE INDEX app_by_signers ON app (signers);

-- What the rules and the policy say of a package.
CREATE TABLE judgement (
  sha256 TEXT PRIMARY KEY REFERENCES app (sha256) ON DELETE CASCADE,
  verdict TEXT NOT NULL,
  score INTEGER,                      -- null: failed
  grade TEXT,
  could_be_up_to INTEGER,
  reasons TEXT NOT NULL,              -- the clauses that fired, as JSON
  ruleset_digest TEXT NOT NULL,
  policy TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  waivers_digest TEXT,
  judged_on TEXT NOT NULL,
  undecided INTEGER NOT NULL          -- rules that could not be decided
) STRICT;

CREATE TABLE finding (
  sha256 TEXT NOT NULL REFERENCES app (sha256) ON DELETE CASCADE,
  rule_id TEXT NOT NULL,
  title TEXT NOT NULL,
  category TEXT NOT NULL,
  severity TEXT NOT NULL,
  confidence TEXT NOT NULL,
  owner_kind TEXT,
  owner TEXT,
  on_behalf_of TEXT,
  triggers TEXT NOT NULL,             -- kinds, with commas between
  fingerprint TEXT NOT NULL,
  waived TEXT
) STRICT;
CREATE INDEX finding_by_sha256 ON finding (sha256);
CREATE INDEX finding_by_rule ON finding (rule_id);

CREATE TABLE permission (
  sha256 TEXT NOT NULL REFERENCES app (sha256) ON DELETE CASCADE,
  name TEXT NOT NULL,
  declared INTEGER NOT NULL,
  used INTEGER,                       -- null: cannot be told
  protection_level TEXT
) STRICT;
CREATE INDEX permission_by_sha256 ON permission (sha256);
CREATE INDEX permission_by_name ON permission (name);

-- Calls of watched APIs, counted: those of the same API and owner with the same triggers are one row.
CREATE TABLE access (
  sha256 TEXT NOT NULL REFERENCES app (sha256) ON DELETE CASCADE,
  category TEXT NOT NULL,
  operation TEXT,                     -- of the clipboard
  api TEXT NOT NULL,
  owner_kind TEXT NOT NULL,
  owner TEXT,
  on_behalf_of TEXT,
  triggers TEXT,                      -- kinds, with commas between; null: not worked out
  calls INTEGER NOT NULL,
  first_place TEXT NOT NULL
) STRICT;
CREATE INDEX access_by_sha256 ON access (sha256);
CREATE INDEX access_by_api ON access (api);

CREATE TABLE library (
  sha256 TEXT NOT NULL REFERENCES app (sha256) ON DELETE CASCADE,
  name TEXT NOT NULL,
  version TEXT,
  vendor TEXT,
  country TEXT,
  shown_by TEXT NOT NULL              -- 'detection', or 'calls': it owns calls of watched APIs
) STRICT;
CREATE INDEX library_by_sha256 ON library (sha256);
CREATE INDEX library_by_name ON library (name);

CREATE TABLE host (
  sha256 TEXT NOT NULL REFERENCES app (sha256) ON DELETE CASCADE,
  host TEXT NOT NULL,
  country TEXT,
  owner_kind TEXT,
  owner TEXT,
  cleartext INTEGER
) STRICT;
CREATE INDEX host_by_sha256 ON host (sha256);
CREATE INDEX host_by_host ON host (host);

CREATE TABLE signer (
  sha256 TEXT NOT NULL REFERENCES app (sha256) ON DELETE CASCADE,
  certificate TEXT NOT NULL,
  subject TEXT NOT NULL,
  debug INTEGER NOT NULL
) STRICT;
CREATE INDEX signer_by_sha256 ON signer (sha256);
CREATE INDEX signer_by_certificate ON signer (certificate);

CREATE TABLE gap (
  sha256 TEXT NOT NULL REFERENCES app (sha256) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  why TEXT NOT NULL,
  file TEXT,
  size INTEGER,
  count INTEGER
) STRICT;
CREATE INDEX gap_by_sha256 ON gap (sha256);

-- Who allowed what, under which conditions and until when. Rows are only added; the newest of a package counts.
CREATE TABLE approval (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  package TEXT NOT NULL,
  version_code INTEGER,
  signers TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('approved', 'revoked')),
  decided_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  conditions TEXT NOT NULL,           -- MDM controls, as a JSON array
  until TEXT,                         -- its last day; null: until an update
  verdict TEXT NOT NULL,              -- apkvet's, at that time
  decided_at TEXT NOT NULL
) STRICT;
CREATE INDEX approval_by_package ON approval (package);
