-- Uses of the requested days whose rows were archived.

select coalesce(sum(successes + failures + abandoned + unknown), 0)
from archived_days
where
    ($q['since'] is null or day >= $q['since'])
    and ($q['until'] is null or day <= $q['until'])
    and ($q['kind'] = 'all' or kind = $q['kind'])
    and ($q['projects'] is null or list_contains($q['projects'], project_id))
