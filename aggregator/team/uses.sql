-- The active projects, with their types as far as the agreement lists them.
create or replace temp table team_projects as
select
    project_id,
    if(list_contains($types, project_type), project_type, $other) as project_type
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
    case
        when invocations.outcome in ('success', 'failure', 'abandoned') then invocations.outcome
        else 'unknown'
    end as outcome,
    count(*) as uses,
    sum(invocations.followup_actions) as followup_actions
from invocations
inner join team_projects on team_projects.project_id = invocations.project_id
where invocations.week >= $since and invocations.week < $before
group by all;
