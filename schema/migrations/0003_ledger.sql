-- What began a pass, why it failed, whether it was for all projects, and which process ran it.

alter table collect_runs add column trigger varchar default 'manual';
alter table collect_runs alter column trigger set not null;
alter table collect_runs alter column trigger drop default;

alter table collect_runs add column error varchar;

-- A pass of an earlier version does not say whether projects were named; most were not.
alter table collect_runs add column whole boolean default true;
alter table collect_runs alter column whole set not null;
alter table collect_runs alter column whole drop default;

alter table collect_runs add column process_id bigint;
