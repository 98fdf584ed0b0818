-- The counters of a member: what a publish sends. One row is one counter, and no row tells of one use:
-- outcomes, durations and follow-up actions of a skill's week are counted apart from each other.
--
-- `$since`: Monday of the first week; `$before`: Monday after the last one. `$names`, `$counters`: what
-- the agreement lets leave.

-- Eight buckets to a doubling of the duration, as far as readers take them: 35 years. The logarithm of a
-- duration just below a power of two is rounded up to it, so the doublings are compared with it.
create or replace temp table team_counters as
select
    week,
    kind,
    skill,
    project_type,
    measured,
    'duration' as counter,
    cast(
        least(400, 8 * doublings + least(7, floor(8 * log2(duration_us / pow(2, doublings)))))
        as smallint
    ) as bucket,
    count(*) as uses
from (
    select
        *,
        if(
            duration_us < pow(2, floor(log2(duration_us))),
            floor(log2(duration_us)) - 1,
            floor(log2(duration_us))
        ) as doublings
    from (
        select
            invocations.week,
            invocations.kind,
            invocations.skill_name as skill,
            team_projects.project_type,
            invocations.measured,
            -- From 1 microsecond to 38 years, so that it is exact as a double.
            cast(
                greatest(0.001, least(1200000000000, invocations.duration_ms)) * 1000 as bigint
            ) as duration_us
        from invocations
        inner join team_projects on team_projects.project_id = invocations.project_id
        where
            list_contains($counters, 'duration')
            and invocations.week >= $since
            and invocations.week < $before
            and invocations.measured is not null
            and invocations.duration_ms is not null
            and invocations.skill_name in (select unnest($names))
    )
)
group by all;

insert into team_counters by name
select week, kind, skill, project_type, measured, outcome as counter, uses
from team_uses
where
    measured is not null
    and list_contains($counters, outcome)
    and skill in (select unnest($names))

union all by name

select
    week, kind, skill, project_type, measured,
    'followup_actions' as counter,
    sum(followup_actions) as uses
from team_uses
where
    measured is not null
    and followup_actions > 0
    and list_contains($counters, 'followup_actions')
    and skill in (select unnest($names))
group by week, kind, skill, project_type, measured;
