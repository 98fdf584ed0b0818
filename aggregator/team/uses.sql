-- The active projects, and the place of each one's type among those that may be sent; `$other` stands for
-- every type that is not in `$types`.

create or replace temp table team_projects as
select
    project_id,
    cast(
        list_position($types, if(list_contains($types, project_type), project_type, $other))
        as smallint
    ) as project_type
from projects
where is_active;

-- The uses of all skills and agents in the weeks that may be sent, whether they may be sent or not, with
-- their follow-up actions. `$since`: Monday of the first week; `$before`: Monday after the last one.
-- `measured` is null for archived days of which it is not known where they were read.

create or replace temp table team_uses as
select
    invocations.week,
    invocations.kind,
    invocations.skill_name as skill,
    team_projects.project_type,
    invocations.measured,
    count(*) as uses,
    count(*) filter (invocations.outcome = 'success') as success,
    count(*) filter (invocations.outcome = 'failure') as failure,
    count(*) filter (invocations.outcome = 'abandoned') as abandoned,
    cast(coalesce(sum(invocations.followup_actions), 0) as bigint) as followup_actions
from invocations
inner join team_projects on team_projects.project_id = invocations.project_id
where invocations.week >= $since and invocations.week < $before
group by all;
