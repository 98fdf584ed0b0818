-- Records of archived days are in the archive already, up to the latest use that was known when they
-- were archived. Only that time is known, so everything as old is skipped: also a use that is reported
-- so late, and a change. A record that several projects share was archived for one of them.
-- This comes after repeated.sql found the best state of each, which may be one of that time.
create or replace temp table archived_before as
select distinct holders.project_id, archived_projects.rows_since, archived_projects.known_until
from (
    select project_id, project_id as holder from projects
    union all
    select project_id, other_id from checkouts
) as holders
inner join archived_projects on archived_projects.project_id = holders.holder;

insert into superseded_rows
select distinct staged.rowid
from staged
inner join archived_before
    on archived_before.project_id = staged.project_id
    and archived_before.known_until >= staged.invoked_at
where cast(zone_clock(1, staged.invoked_at) as date) < archived_before.rows_since
and staged.rowid not in (select staged_row from superseded_rows);

-- What a copy holds of days that are archived for the other project.
insert into superseded_rows
select distinct staged.rowid
from staged
inner join shared_runs as runs
    on runs.source_file_id = staged.source_file_id
    and staged.invoked_at <= runs.until
inner join archived_projects as archived
    on archived.project_id = runs.other_id
    and archived.known_until >= staged.invoked_at
where cast(zone_clock(1, staged.invoked_at) as date) < archived.rows_since
and staged.rowid not in (select staged_row from superseded_rows);
