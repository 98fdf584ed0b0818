-- All invocations: the stored rows, and one synthetic row for each use of an archived day.
-- The archive does not keep which duration, session or path belonged to the same use, so a synthetic
-- row mixes them. Everything that is measured of a whole day (counts, sums, durations, sessions,
-- paths and follow-ups by outcome, errors of failures, first and last time) is still exact.
-- Uses are numbered by outcome: successes first, then failures, abandoned and unknown.

create or replace temp view invocations as
select
    project_id, kind, skill_name, invoked_at, session_id, outcome, duration_ms, followup_actions,
    followup_names, quality_score, workflow_path, error_type, source, trigger, input_tokens,
    output_tokens, cache_tokens, total_tokens, day, week, month,
    if(source_file_id is null, 'transcript', 'writer') as measured
from skill_usage
where counted

union all by name

select
    project_id,
    kind,
    skill_name,
    if(use = 1, first_used, last_used) as invoked_at,
    session_ids[use] as session_id,
    case
        when use <= failures_after then 'success'
        when use <= abandoned_after then 'failure'
        when use <= unknown_after then 'abandoned'
        else 'unknown'
    end as outcome,
    durations_ms[use] as duration_ms,
    cast(
        case when use <= followup_count then if(use = 1, followup_sum, 0) end as integer
    ) as followup_actions,
    case
        when use = 1 and failures_after > 0 then followup_names[1]
        when use = failures_after + 1 and use <= abandoned_after then followup_names[2]
        when use = abandoned_after + 1 and use <= unknown_after then followup_names[3]
        when use = unknown_after + 1 then followup_names[4]
    end as followup_names,
    quality_scores[use] as quality_score,
    workflow_paths[use] as workflow_path,
    case
        when use > failures_after and use <= abandoned_after then error_types[use - failures_after]
    end as error_type,
    day,
    cast(date_trunc('week', day) as date) as week,
    cast(date_trunc('month', day) as date) as month,
    measured
from (
    select
        archived_days.*,
        successes as failures_after,
        successes + failures as abandoned_after,
        successes + failures + abandoned as unknown_after,
        unnest(range(1, successes + failures + abandoned + unknown + 1)) as use
    from archived_days
);
