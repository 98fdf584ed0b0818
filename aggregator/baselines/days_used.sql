-- On which of the span's days each skill and agent was used, the first day first.

select
    if($by = 'project', project_id, '*') as scope,
    kind,
    skill_name,
    bitstring_agg(period_start - cast($since as date), 0, $last)
from (select distinct project_id, kind, skill_name, period_start from periods($q))
group by scope, kind, skill_name
