select distinct concat_ws(':', key, nullif(metadata ->> key, ''))
from (select metadata, unnest(json_keys(metadata)) as key from projects)
order by 1;
