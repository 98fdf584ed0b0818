-- What a shell completes, each with its kind and its place in the order of being offered.
with skills as (
    select skill_name, max(invocations) as uses
    from skill_aggregates
    where time_window = 'all' and project_id = '*'
    group by skill_name
),
tags as (
    select distinct unnest(json_keys(metadata)) as tag, metadata from projects where is_active
),
offered as (
    select 'project' as kind, project_name as name, row_number() over (order by project_name) as place
    from projects
    union all
    select 'type', project_type, row_number() over (order by project_type)
    from projects
    where project_type is not null
    union all
    select 'tag', concat(tag, '=', json_extract_string(metadata, concat('$."', tag, '"'))),
        row_number() over (order by tag)
    from tags
    union all
    select 'skill', skill_name, row_number() over (order by uses desc, skill_name) from skills
    union all
    select 'baseline', name, row_number() over (order by created_at desc, name) from baselines
    union all
    select 'run', cast(collect_run_id as varchar), row_number() over (order by collect_run_id desc)
    from collect_runs
)
select kind, name, min(place) as place
from offered
group by kind, name
having min(place) <= $most
order by kind, place, name;
