-- What people query. Columns are added here, never renamed or taken away; docs/CATALOG.md explains each view.

CREATE VIEW apps AS
SELECT a.sha256, a.package, a.label, a.version_name, a.version_code, a.app_group, j.verdict, j.score, j.grade, j.could_be_up_to,
       a.failed,
       (SELECT n.reason FROM scan n WHERE n.sha256 = a.sha256 AND n.state = 'failed' AND n.scanned_at > s.scanned_at) AS rescan_failed,
       a.size, a.min_sdk, a.target_sdk, a.signers, s.reached AS depth, s.cpu_ms, s.peak_kb, s.scanned_at, a.first_seen,
       s.tool_version, j.policy, j.judged_on,
       (SELECT min(l.location) FROM location l WHERE l.sha256 = a.sha256) AS location
FROM app a JOIN scan s ON s.id = a.scan_id LEFT JOIN judgement j ON j.sha256 = a.sha256
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, l.app_group, 'review', NULL, NULL, NULL,
       l.error, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, l.location
FROM location l WHERE l.sha256 IS NULL;

CREATE VIEW findings AS
SELECT a.package, a.version_name, f.* FROM finding f JOIN app a ON a.sha256 = f.sha256;

CREATE VIEW accesses AS
SELECT a.package, a.version_name, x.* FROM access x JOIN app a ON a.sha256 = x.sha256;

CREATE VIEW clipboard AS
SELECT a.package, a.version_name, x.sha256, x.operation, x.api, x.owner_kind, x.owner, x.on_behalf_of, x.triggers, x.calls, x.first_place
FROM access x JOIN app a ON a.sha256 = x.sha256 WHERE x.category = 'clipboard' AND x.operation IS NOT NULL;

CREATE VIEW libraries AS
SELECT a.package, a.version_name AS app_version, l.* FROM library l JOIN app a ON a.sha256 = l.sha256;

CREATE VIEW hosts AS
SELECT a.package, a.version_name, h.* FROM host h JOIN app a ON a.sha256 = h.sha256;

CREATE VIEW permissions AS
SELECT a.package, a.version_name, p.* FROM permission p JOIN app a ON a.sha256 = p.sha256;

CREATE VIEW signers AS
SELECT a.package, a.version_name, s.* FROM signer s JOIN app a ON a.sha256 = s.sha256;

CREATE VIEW gaps AS
SELECT a.package, a.version_name, g.* FROM gap g JOIN app a ON a.sha256 = g.sha256;

CREATE VIEW locations AS
SELECT l.location, l.sha256, l.app_group, l.error FROM location l;

CREATE VIEW runs AS
SELECT r.id, r.started_at, r.ended_at, r.state, r.tool_version,
       (SELECT count(*) FROM scan s WHERE s.run_id = r.id AND s.state = 'done') AS done,
       (SELECT count(*) FROM scan s WHERE s.run_id = r.id AND s.state = 'failed') AS failed
FROM run r;

CREATE VIEW approvals AS
SELECT p.package, p.version_code, p.sha256, p.signers, p.decision, p.decided_by, p.reason, p.conditions, p.until, p.verdict, p.decided_at
FROM approval p;
