-- Nothing is stored twice: no invocation, no workflow, no bucket. Nor do two projects hold the same row
-- where both have the same history: as checkouts of one repository, as one folder, as known copies, or
-- because their first records are equal for longer than chance explains.

-- Hashes find the few rows that may be equal; the others are not held in memory.
with alike as (
    select hash(kind, skill_name, invoked_at, session_id, idempotency_key, occurrence) as key_hash
    from skill_usage
    group by key_hash
    having count(*) > 1
),

keyed as not materialized (
    select
        rowid as stored_row,
        hash(
            project_id,
            kind,
            skill_name,
            occurrence,
            idempotency_key,
            if(idempotency_key is null and local_time is null, invoked_at, null),
            if(idempotency_key is null, local_time, null),
            if(idempotency_key is null, session_id, null)
        ) as key_hash
    from skill_usage
),

repeated as (
    select stored_row
    from keyed
    where key_hash in (select key_hash from keyed group by key_hash having count(*) > 1)
),

doubled as (
    select
        kind, skill_name, invoked_at, session_id, idempotency_key, occurrence,
        list(struct_pack(
            project_id := project_id,
            source_file_id := source_file_id,
            state := (outcome, duration_ms, quality_score, error_type, workflow_path)
        )) as rows_of
    from skill_usage
    where
        hash(kind, skill_name, invoked_at, session_id, idempotency_key, occurrence)
        in (from alike)
    group by all
    having count(distinct project_id) > 1
),

singles as (
    select row_number() over () as use, * exclude (rows_of), unnest(rows_of, max_depth := 2)
    from doubled
),

pairs as (
    select
        one.use, one.kind, one.skill_name, one.invoked_at, one.source_file_id,
        one.project_id, other.project_id as other_id, one.state = other.state as is_equal
    from singles as one
    inner join singles as other on other.use = one.use and other.project_id <> one.project_id
),

checkouts as (
    select one.project_id, other.project_id as other_id
    from projects as one
    inner join projects as other on other.repository = one.repository
    union
    select one.project_id, other.project_id
    from projects as one
    inner join projects as other on other.folder = one.folder
),

starts as (
    select project_id, source_file_id, min(invoked_at) as start
    from skill_usage
    group by all
),

files as (
    select starts.project_id, starts.source_file_id, starts.start, source_files.path
    from starts
    inner join source_files using (source_file_id)
),

spans as (
    select
        mine.source_file_id, mine.project_id, theirs.project_id as other_id,
        greatest(mine.start, min(theirs.start)) as since
    from files as mine
    inner join files as theirs on theirs.path = mine.path and theirs.project_id <> mine.project_id
    semi join pairs
        on pairs.source_file_id = mine.source_file_id and pairs.other_id = theirs.project_id
    anti join shared_runs
        on shared_runs.project_id = mine.project_id and shared_runs.other_id = theirs.project_id
    group by mine.source_file_id, mine.project_id, theirs.project_id, mine.start
),

first_own as (
    select spans.source_file_id, spans.project_id, spans.other_id, min(stored.invoked_at) as at
    from spans
    inner join skill_usage as stored
        on stored.source_file_id = spans.source_file_id
        and stored.project_id = spans.project_id
        and stored.invoked_at >= spans.since
    anti join pairs
        on pairs.source_file_id = stored.source_file_id
        and pairs.project_id = stored.project_id
        and pairs.other_id = spans.other_id
        and pairs.invoked_at = stored.invoked_at
        and pairs.kind = stored.kind
        and pairs.skill_name = stored.skill_name
    group by spans.source_file_id, spans.project_id, spans.other_id
),

copies as (
    select pairs.source_file_id, pairs.project_id, pairs.other_id, max(pairs.invoked_at) as until
    from pairs
    inner join spans using (source_file_id, project_id, other_id)
    left join first_own using (source_file_id, project_id, other_id)
    where
        pairs.is_equal and pairs.invoked_at >= spans.since
        and (first_own.at is null or pairs.invoked_at <= first_own.at)
    group by pairs.source_file_id, pairs.project_id, pairs.other_id
    having
        count(distinct pairs.invoked_at)
        + 2 * count(distinct pairs.invoked_at) filter (epoch_us(pairs.invoked_at) % 1000000 <> 0)
        >= 8
    union all
    select source_file_id, project_id, other_id, until from shared_runs
),

shared as (
    select distinct use, kind, skill_name, invoked_at, project_id, other_id
    from pairs
    where
        (project_id, other_id) in (select (project_id, other_id) from checkouts)
        or exists (
            from copies
            where
                copies.source_file_id = pairs.source_file_id
                and copies.project_id = pairs.project_id
                and copies.other_id = pairs.other_id
                and pairs.invoked_at <= copies.until
        )
),

twice as (
    select
        concat_ws(
            ' ', kind, skill_name, invoked_at, 'of', least(project_id, other_id),
            'and', greatest(project_id, other_id)
        ) as about,
        2 as times
    from shared
    group by all
    union all
    select
        concat_ws(
            ' ', kind, skill_name, coalesce(cast(local_time as varchar), cast(invoked_at as varchar)),
            'of', project_id
        ) as about,
        count(*) as times
    from skill_usage
    where rowid in (from repeated)
    group by
        project_id,
        kind,
        skill_name,
        occurrence,
        idempotency_key,
        if(idempotency_key is null and local_time is null, invoked_at, null),
        if(idempotency_key is null, local_time, null),
        if(idempotency_key is null, session_id, null),
        about
    having count(*) > 1
    union all
    select concat_ws(' ', 'the workflow', workflow_id, 'of', project_id), count(*)
    from workflow_executions
    group by project_id, workflow_id
    having count(*) > 1
    union all
    select
        concat_ws(' ', 'the bucket', kind, skill_name, time_window, window_start, 'of', project_id),
        count(*)
    from skill_aggregates
    group by time_window, window_start, project_id, kind, skill_name
    having count(*) > 1
)

select
    count(*) over () as findings,
    about,
    cast(times as varchar) as stored,
    '1' as expected
from twice
order by about
limit $examples;
