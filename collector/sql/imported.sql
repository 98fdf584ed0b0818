-- An import from a JSON document into a database keeps no session. Where the document names one, or
-- named one later, the import's row and the document's are one invocation: the import's takes up the
-- document's identity and is then merged like any other state. What an import knows of without a
-- session, and another file too, is the same row anyway. An import's rows are known by their file.

-- What identifies a time: an instant, or a local time whatever its zone makes of it.
create or replace temp macro written(local_time, invoked_at) as
(local_time is null, coalesce(local_time, make_timestamp(epoch_us(invoked_at))));

create or replace temp table imported_rows as
select
    staged.rowid as staged_row,
    cast(null as bigint) as stored_row,
    project_id, skill_name, written(local_time, invoked_at) as written, occurrence
from staged
where kind = 'skill' and session_id is null and source_file_id in (
    select source_file_id from staged_files where source = 'skills_db'
)
union all
select null, stored.rowid, project_id, skill_name, written(local_time, invoked_at) as written, occurrence
from skill_usage as stored
where kind = 'skill' and session_id is null and source_file_id in (
    select source_file_id from source_files where source = 'skills_db'
) and project_id in (select project_id from staged_files);

create or replace temp table documented_rows as
select distinct project_id, skill_name, written, session_id, occurrence
from (
    select
        project_id, skill_name, written(local_time, invoked_at) as written, session_id, occurrence
    from staged
    where kind = 'skill' and staged.rowid not in (
        select staged_row from imported_rows where staged_row is not null
    )
    union all
    select
        project_id, skill_name, written(local_time, invoked_at) as written, session_id, occurrence
    from skill_usage
    where kind = 'skill' and source_file_id is not null and skill_usage.rowid not in (
        select stored_row from imported_rows where stored_row is not null
    )
) as documented
semi join imported_rows using (project_id, skill_name, written);

create or replace temp table adoptions as
with placed as (
    select
        *,
        count(*) filter (session_id is null) over (
            partition by project_id, skill_name, written
        ) as without_session,
        row_number() over (
            partition by project_id, skill_name, written
            order by session_id nulls first, occurrence
        ) as place
    from documented_rows
)

select imported_rows.staged_row, imported_rows.stored_row, placed.session_id, placed.occurrence
from imported_rows
inner join placed
    on placed.project_id = imported_rows.project_id
    and placed.skill_name = imported_rows.skill_name
    and placed.written = imported_rows.written
    and placed.place = imported_rows.occurrence
where placed.place > placed.without_session;

update staged
set session_id = adoptions.session_id, occurrence = adoptions.occurrence
from adoptions
where staged.rowid = adoptions.staged_row;

insert into dirty_buckets
select distinct marked.*
from (
    select project_id, kind, skill_name, day
    from skill_usage
    where skill_usage.rowid in (select stored_row from adoptions where stored_row is not null)
) as marked
anti join dirty_buckets using (project_id, kind, skill_name, day);

insert into staged by name
select
    stored.* exclude (
        session_id, occurrence, collect_run_id, day, week, month, source, counted, trigger,
        input_tokens, output_tokens, cache_tokens, total_tokens
    ),
    adoptions.session_id,
    adoptions.occurrence
from skill_usage as stored
inner join adoptions on adoptions.stored_row = stored.rowid;

insert into rekeyed_rows
select staged.rowid
from staged
semi join (
    select
        project_id, skill_name, written(local_time, invoked_at) as written,
        adoptions.session_id, adoptions.occurrence
    from adoptions
    inner join skill_usage as stored on adoptions.stored_row = stored.rowid
) as adopted
    on adopted.project_id = staged.project_id
    and adopted.skill_name = staged.skill_name
    and adopted.written = written(staged.local_time, staged.invoked_at)
    and adopted.session_id is not distinct from staged.session_id
    and adopted.occurrence = staged.occurrence
where kind = 'skill';

delete from skill_usage
where rowid in (select stored_row from adoptions where stored_row is not null);
