, days as (
    select distinct kind, skill_name, day from asked
),

used as (
    select kind, skill_name, count(*) as uses from asked group by kind, skill_name
)

select kind, skill_name, min(day), max(day), count(*), any_value(uses)
from days
join used using (kind, skill_name)
group by kind, skill_name
