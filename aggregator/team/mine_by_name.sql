-- How often each skill and agent was used in some weeks.
select kind, skill_name, cast(sum(invocations) as bigint)
from periods($q)
group by kind, skill_name;
