-- The uses of two skills by unit (session or project) and week, the first of which is 0. Uses that
-- belong to no unit, as those without a session, have null for it.

select
    if($unit = 'session', session_id, project_id) as unit,
    cast(floor((day - cast($begins_on as date)) / 7) as integer) as week,
    count(*) filter (skill_name = $control) as uses_of_control,
    count(*) filter (skill_name = $treatment) as uses_of_treatment,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome in ('success', 'failure', 'abandoned')) as known
from asked($q)
where skill_name in ($control, $treatment)
group by all
order by all
