-- A time that was recorded without an offset keeps its local time, and its instant is that time in the
-- project's zone. See schema/zones.sql; projects with an unknown zone are skipped.

with reread as (
    select
        concat_ws(' ', kind, skill_name, invoked_at, 'of', project_id) as about,
        (invoked_at, time_basis) as stored,
        case
            when local_time is null then (invoked_at, 'offset')
            else (
                local_instant(zone_place(timezone), local_time),
                local_basis(zone_place(timezone), local_time)
            )
        end as expected
    from skill_usage
    inner join projects using (project_id)
    where zone_place(timezone) is not null
)

select
    count(*) over () as findings,
    about,
    cast(stored as varchar) as stored,
    cast(expected as varchar) as expected
from reread
where stored is distinct from expected
order by about
limit $examples;
