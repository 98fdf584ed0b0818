-- The rows as they are sent, in their order.

select member, team, week, kind, skill, project_type, measured, counter, bucket,
    cast(uses as integer) as uses
from team_counters
where week >= $since
order by all;
