select action, count(*) as times
from (select unnest(followup_names) as action from asked)
group by action
order by times desc, action
