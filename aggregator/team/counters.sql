-- The counters of a member: what a publish sends. One row is one counter, and no row tells of one use:
-- outcomes, durations and follow-up actions of a skill's week are counted apart from each other.
--
-- Skills and types of projects are places in lists, which are grouped and sorted faster than texts.

-- The skills that may leave, side by side in two lists and in order.
create or replace temp table team_skills as
select
    unnest(cast($kinds as varchar[])) as kind,
    unnest(cast($skills as varchar[])) as skill,
    unnest(range(1, len($skills) + 1)) as place;

-- `$counters`: those that were agreed to.
create or replace temp table team_counters as
select *
from (
    select
        team_uses.week,
        team_skills.place as skill,
        team_uses.project_type,
        cast(team_uses.measured as enum ('transcript', 'writer')) as measured,
        unnest(
            cast(
                ['abandoned', 'failure', 'followup_actions', 'success', 'unknown']
                as enum (
                    'abandoned', 'duration', 'failure', 'followup_actions', 'success', 'unknown'
                )[]
            )
        ) as counter,
        cast(null as smallint) as bucket,
        unnest([
            team_uses.abandoned,
            team_uses.failure,
            team_uses.followup_actions,
            team_uses.success,
            team_uses.uses - team_uses.abandoned - team_uses.failure - team_uses.success
        ]) as uses
    from team_uses
    inner join team_skills
        on team_skills.kind = team_uses.kind and team_skills.skill = team_uses.skill
    where team_uses.measured is not null
)
where uses > 0 and list_contains($counters, counter);

-- Eight buckets to a doubling of the duration, as far as readers take them: 2^50 microseconds, which are
-- 35 years. The logarithm is that of the part of these, so that it is most exact where durations that
-- differ by one microsecond are closest.
-- `$since`: Monday of the first week; `$before`: Monday after the last one.
insert into team_counters by name
select
    invocations.week,
    team_skills.place as skill,
    team_projects.project_type,
    invocations.measured,
    'duration' as counter,
    cast(
        400
        + least(
            0,
            floor(
                8
                * log2(
                    cast(
                        greatest(1, cast(invocations.duration_ms as double) * 1000) as bigint
                    ) / 1125899906842624
                )
            )
        )
        as smallint
    ) as bucket,
    count(*) as uses
from invocations
inner join team_projects on team_projects.project_id = invocations.project_id
inner join team_skills
    on team_skills.kind = invocations.kind and team_skills.skill = invocations.skill_name
where
    list_contains($counters, 'duration')
    and invocations.week >= $since
    and invocations.week < $before
    and invocations.measured is not null
    and invocations.duration_ms is not null
group by all;
