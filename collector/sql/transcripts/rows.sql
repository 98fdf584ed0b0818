-- Rows of transcripts that are new or come out differently than they are stored. A row is known by its
-- key alone, in whichever project it was. What the pieces say counts: they hold the latest evidence.

create or replace temp table changed_transcript_rows as
with collected as (
    select
        * exclude (invoked_us, evidence_us, duration_ms),
        make_timestamptz(invoked_us) as invoked_at,
        make_timestamptz(coalesce(evidence_us, invoked_us)) as snapshot_at,
        cast(duration_ms as decimal(18, 3)) as duration_ms,
        cast(zone_clock(1, make_timestamptz(invoked_us)) as date) as day
    from transcript_rows
)

select
    collected.*,
    existing.rowid as existing_row,
    existing.project_id as existing_project,
    existing.kind as existing_kind,
    existing.skill_name as existing_name,
    existing.day as existing_day,
    coalesce(existing.counted, true) as counted
from collected
left join skill_usage as existing
    on existing.idempotency_key = collected.idempotency_key and existing.source_file_id is null
left join archived_projects as archived on archived.project_id = collected.project_id
where
    case
        when existing.rowid is null
            -- What transcripts say of archived days is in the archive already.
            then not coalesce(
                collected.day < archived.rows_since and collected.invoked_at <= archived.known_until, false
            )
        else (
            existing.project_id, existing.kind, existing.skill_name, existing.trigger,
            existing.invoked_at, existing.session_id, existing.outcome, existing.error_type,
            existing.duration_ms, existing.snapshot_at, existing.input_tokens,
            existing.output_tokens, existing.cache_tokens, existing.total_tokens
        ) is distinct from (
            collected.project_id, collected.kind, collected.skill_name, collected.trigger,
            collected.invoked_at, collected.session_id, collected.outcome, collected.error_type,
            collected.duration_ms, collected.snapshot_at, collected.input_tokens,
            collected.output_tokens, collected.cache_tokens, collected.total_tokens
        )
    end;

insert into dirty_buckets
select distinct marked.*
from (
    select project_id, kind, skill_name, day from changed_transcript_rows
    union all
    select existing_project, existing_kind, existing_name, existing_day
    from changed_transcript_rows
    where existing_row is not null
) as marked (project_id, kind, skill_name, day)
anti join dirty_buckets using (project_id, kind, skill_name, day);

delete from skill_usage
where
    rowid in (
        select existing_row from changed_transcript_rows where existing_row is not null
    );

insert into skill_usage by name
select
    * exclude (existing_row, existing_project, existing_kind, existing_name, existing_day),
    1 as occurrence,
    'offset' as time_basis,
    $collect_run_id as collect_run_id,
    cast(date_trunc('week', day) as date) as week,
    cast(date_trunc('month', day) as date) as month
from changed_transcript_rows;
