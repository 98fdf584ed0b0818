select error_type, count(*) as times
from asked
where error_type is not null and outcome = 'failure'
group by error_type
order by times desc, error_type
