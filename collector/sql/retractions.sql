-- Rows stored from last lines that are no records after all. Such a line was the last of its file, so
-- its row is the last of the file's equal ones. All the file's records are staged: what another line
-- still holds is stored again.

create or replace temp table retracted as
select existing.rowid as existing_row, existing.project_id, existing.kind, existing.skill_name, existing.day
from skill_usage as existing
inner join staged_retractions as retraction
    on retraction.source_file_id = existing.source_file_id
    and retraction.kind = existing.kind
    and retraction.skill_name = existing.skill_name
    and retraction.idempotency_key is not distinct from existing.idempotency_key
    and (
        retraction.idempotency_key is not null
        or (
            cast(retraction.invoked_at as timestamptz) = existing.invoked_at
            and retraction.session_id is not distinct from existing.session_id
        )
    )
qualify row_number() over (
    partition by existing.source_file_id order by existing.occurrence desc
) = 1;

insert into dirty_buckets
select distinct project_id, kind, skill_name, day
from retracted
anti join dirty_buckets using (project_id, kind, skill_name, day);

delete from skill_usage where rowid in (select existing_row from retracted);

create or replace temp table retracted as
select existing.rowid as existing_row
from agent_recommendations as existing
inner join staged_retractions as retraction
    on retraction.source_file_id = existing.source_file_id
    and retraction.kind = 'recommendation'
    and retraction.skill_name = existing.agent
    and cast(retraction.invoked_at as timestamptz) = existing.recommended_at
qualify row_number() over (
    partition by existing.source_file_id order by existing.occurrence desc
) = 1;

delete from agent_recommendations where rowid in (select existing_row from retracted);
