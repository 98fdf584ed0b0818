-- The uses of two skills by unit (session or project) and week, the first of which is 0. Uses that
-- belong to no unit, as those without a session, have null for it.

select
    -- Who resumes or forks a session goes on with what that one was assigned, if it is known which.
    case
        when $unit = 'project' then uses.project_id
        when origins.session_id is null then uses.session_id
        else origins.origin
    end as unit,
    cast(floor((day - cast($begins_on as date)) / 7) as integer) as week,
    count(*) filter (skill_name = $control) as uses_of_control,
    count(*) filter (skill_name = $treatment) as uses_of_treatment,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome in ('success', 'failure', 'abandoned')) as known
from asked($q) as uses
left join session_origins as origins on origins.session_id = uses.session_id
where skill_name in ($control, $treatment)
group by all
order by all
