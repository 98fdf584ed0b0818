-- How often workflow paths, errors of failures and follow-up actions were recorded on each stored day
-- before the watermark, of all active projects together, by kind and name.

create or replace temp macro stored_breakdowns(q) as table
select
    project_id,
    kind,
    skill_name,
    window_start as day,
    dimension,
    value,
    times,
    successes,
    failures,
    abandoned,
    unknown
from skill_breakdowns
where
    time_window = 'daily'
    and project_id = '*'
    and window_start < q['watermark']
    and (q['since'] is null or window_start >= q['since'])
    and (q['until'] is null or window_start <= q['until'])
    and (q['kind'] = 'all' or kind = q['kind'])
    and (q['name'] is null or skill_name = q['name']);
