-- Summarises rows older than $rows_since as archived days; the caller deletes them in the same transaction.
-- Each list is sorted by itself, so that entries of different lists cannot be matched to one use.

insert into archived_days
select
    project_id,
    kind,
    skill_name,
    day,
    count(*) filter (outcome = 'success'),
    count(*) filter (outcome = 'failure'),
    count(*) filter (outcome = 'abandoned'),
    count(*) filter (outcome not in ('success', 'failure', 'abandoned')),
    list(duration_ms order by duration_ms) filter (duration_ms is not null),
    list(quality_score order by quality_score) filter (quality_score is not null),
    count(followup_actions),
    coalesce(sum(followup_actions), 0),
    list(distinct session_id order by session_id) filter (session_id is not null),
    -- One entry for each use, in the order in which uses are numbered; null where none has a value.
    if(
        count(workflow_path) > 0,
        list(
            workflow_path
            order by
                list_position(['success', 'failure', 'abandoned'], outcome) nulls last,
                workflow_path nulls last
        ),
        null
    ),
    list(error_type order by error_type) filter (
        error_type is not null and outcome = 'failure'
    ),
    -- The actions after successes, failures, abandoned and unknown uses; null without any.
    if(
        count(*) filter (len(followup_names) > 0) > 0,
        [
            flatten(list(followup_names) filter (
                outcome = 'success' and followup_names is not null
            )),
            flatten(list(followup_names) filter (
                outcome = 'failure' and followup_names is not null
            )),
            flatten(list(followup_names) filter (
                outcome = 'abandoned' and followup_names is not null
            )),
            flatten(list(followup_names) filter (
                outcome not in ('success', 'failure', 'abandoned') and followup_names is not null
            ))
        ],
        null
    ),
    min(invoked_at),
    max(invoked_at),
    measured
from (
    -- A row without a file was read from transcripts.
    select *, if(source_file_id is null, 'transcript', 'writer') as measured
    from skill_usage
    where day < $rows_since and counted
)
group by project_id, kind, skill_name, day, measured
order by project_id, day, kind, skill_name, measured;

insert or replace into archived_projects
select
    project_id,
    greatest(cast($rows_since as date), any_value(before.rows_since)),
    greatest(max(skill_usage.invoked_at), any_value(before.known_until)),
    cast($now as timestamptz)
from skill_usage
left join archived_projects as before using (project_id)
group by project_id
having min(skill_usage.day) < $rows_since;

-- What is kept of a transcript's uses goes as well: it tells each of them.
delete from transcript_pieces
where
    kind = 'use'
    and id in (
        select idempotency_key
        from skill_usage
        where source_file_id is null and day < $rows_since
    );

delete from transcript_pieces
where
    kind = 'link'
    and decode(data) not in (
        select kind || ':' || id from transcript_pieces where kind <> 'link'
    );

delete from skill_usage where day < $rows_since;
