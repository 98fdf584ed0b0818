select distinct 'tag:' || key
from (select unnest(json_keys(metadata)) as key from projects)
order by 1;
