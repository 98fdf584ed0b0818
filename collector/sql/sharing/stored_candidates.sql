-- The same for rows that are stored already, of a version that did not look for copies.

insert into compared_rows
with doubled as (
    select
        kind, skill_name, invoked_at, session_id, idempotency_key, occurrence,
        list(distinct project_id) as holders
    from skill_usage
    group by all
    having count(distinct project_id) > 1
),

pairs as (
    select one.project_id, two.other_id, min(one.invoked_at) as since
    from (select unnest(holders) as project_id, * exclude (holders) from doubled) as one
    inner join (select unnest(holders) as other_id, * exclude (holders) from doubled) as two
        on one.invoked_at = two.invoked_at
        and one.kind = two.kind
        and one.skill_name = two.skill_name
        and one.occurrence = two.occurrence
        and one.session_id is not distinct from two.session_id
        and one.idempotency_key is not distinct from two.idempotency_key
        and one.project_id <> two.other_id
    anti join checkouts
        on checkouts.project_id = one.project_id and checkouts.other_id = two.other_id
    group by one.project_id, two.other_id
    having count(distinct one.invoked_at) >= 3
),

starts as (
    select source_file_id, project_id, min(invoked_at) as start from skill_usage group by all
),

spans as (
    select mine.source_file_id, pairs.project_id, pairs.other_id, max(theirs.start) as since
    from pairs
    inner join starts as mine using (project_id)
    inner join source_files as my_file on my_file.source_file_id = mine.source_file_id
    inner join source_files as their_file
        on their_file.project_id = pairs.other_id and their_file.path = my_file.path
    inner join starts as theirs on theirs.source_file_id = their_file.source_file_id
    group by mine.source_file_id, pairs.project_id, pairs.other_id
)

select
    stored.source_file_id, stored.project_id, spans.other_id, spans.since, true, stored.invoked_at,
    shared_key(
        kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
    ),
    (outcome, duration_ms, quality_score, error_type, workflow_path, followup_actions)
from skill_usage as stored
inner join spans
    on spans.source_file_id = stored.source_file_id
    and spans.project_id = stored.project_id
    and stored.invoked_at >= spans.since;
