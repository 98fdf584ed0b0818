select project_id, rules, files, looked_at, digest from skill_scans where digest is not null;
