-- The counters of a member: what a publish sends. One row is one counter, and no row tells of one use:
-- outcomes, durations and follow-up actions of a skill's week are counted apart from each other.
--
-- `$since`: Monday of the first week; `$before`: Monday after the last one. `$names`, `$types`,
-- `$counters`: what the agreement lets leave.

create or replace temp table team_counters as
with uses as (
    select
        invocations.week,
        invocations.kind,
        invocations.skill_name as skill,
        if(
            list_contains($types, projects.project_type), projects.project_type, $other
        ) as project_type,
        invocations.measured,
        case
            when invocations.outcome in ('success', 'failure', 'abandoned') then invocations.outcome
            else 'unknown'
        end as outcome,
        cast(cast(invocations.duration_ms as decimal(38, 3)) * 1000 as bigint) as duration_us,
        invocations.followup_actions
    from invocations
    inner join projects on projects.project_id = invocations.project_id
    where
        invocations.week >= $since
        and invocations.week < $before
        and projects.is_active
        and invocations.measured is not null
        and list_contains($names, invocations.skill_name)
),

durations as (
    select *, length(bin(duration_us)) - 1 as doublings
    from (
        select * replace (greatest(1, duration_us) as duration_us)
        from uses
        where duration_us is not null
    )
),

counted as (
    select
        week, kind, skill, project_type, measured,
        outcome as counter, cast(null as smallint) as bucket, count(*) as uses
    from uses
    group by all

    union all

    -- Eight buckets to a doubling of the duration, as far as readers take them: 35 years. The doublings
    -- are counted in digits, because the logarithm of a long duration is rounded up to the next one.
    select
        week, kind, skill, project_type, measured,
        'duration',
        cast(
            least(400, 8 * doublings + least(7, floor(8 * log2(duration_us / pow(2, doublings)))))
            as smallint
        ),
        count(*)
    from durations
    group by all

    union all

    select
        week, kind, skill, project_type, measured,
        'followup_actions', null, sum(followup_actions)
    from uses
    group by all
)

select
    $member as member,
    $team as team,
    counted.week,
    counted.kind,
    counted.skill,
    counted.project_type,
    counted.measured,
    counted.counter,
    counted.bucket,
    counted.uses
from counted
where counted.uses > 0 and list_contains($counters, counted.counter);
