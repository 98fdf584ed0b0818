-- When the texts of skills and agents changed: every version of a file but its first, as microseconds
-- since 1970. Commands are used as skills.

with versions as (
    select
        project_id,
        if(kind = 'agent', 'agent', 'skill') as used_as,
        name,
        epoch_us(modified_at) as changed_us,
        row_number() over (partition by project_id, path order by first_seen_at, modified_at) as number
    from skill_files
)

select distinct project_id, used_as, name, changed_us
from versions
where number > 1
order by changed_us, project_id, name
