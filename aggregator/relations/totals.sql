-- What happened over the whole span of query `q`, by project (or '*' where `q.together`), kind and
-- name: one stored bucket where `q.bucket` names it, else its days added up.

create or replace temp macro totals(q) as table
select project_id, kind, skill_name, invocations, successes, failures, abandoned, unknown
from skill_aggregates
where
    q['bucket'] is not null
    and time_window = q['bucket']
    and window_start = q['bucket_start']
    and (q['kind'] = 'all' or kind = q['kind'])
    and (q['name'] is null or skill_name = q['name'])
    and (
        (q['together'] and project_id = '*')
        or (not q['together'] and q['everything'] and project_id <> '*')
        or (
            not q['together']
            and not q['everything']
            and project_id between list_min(q['projects']) and list_max(q['projects'])
            and list_contains(q['projects'], project_id)
        )
    )

union all

select
    project_id,
    kind,
    skill_name,
    cast(sum(invocations) as bigint),
    cast(sum(successes) as bigint),
    cast(sum(failures) as bigint),
    cast(sum(abandoned) as bigint),
    cast(sum(unknown) as bigint)
from periods(q)
where q['bucket'] is null
group by project_id, kind, skill_name;
