-- Which rows of transcripts count. By itself ('auto') one is left out on a day on which the project's
-- own files have rows of the same kind and name, whatever plugin the name is said to be of.

create or replace temp macro name_without_plugin(skill_name) as
regexp_replace(skill_name, '^[^:]*:(.)', '\1');

create or replace temp table decided_rows as
with transcripts as (
    select rowid as stored_row, project_id, kind, skill_name, day, counted
    from skill_usage
    where source_file_id is null
),

own_days as (
    select distinct
        unnest(list_append(coalesce(shared_with, []), project_id)) as project_id,
        kind,
        name_without_plugin(skill_name) as name,
        day
    from skill_usage
    where
        source_file_id is not null
        and day between (select min(day) from transcripts) and (select max(day) from transcripts)
)

select
    transcripts.*,
    case projects.transcripts
        when 'on' then true
        when 'off' then false
        else own_days.name is null
    end as counts
from transcripts
inner join projects on projects.project_id = transcripts.project_id
left join own_days
    on own_days.project_id = transcripts.project_id
    and own_days.kind = transcripts.kind
    and own_days.name = name_without_plugin(transcripts.skill_name)
    and own_days.day = transcripts.day;

delete from decided_rows where counts = counted;

insert into dirty_buckets
select distinct project_id, kind, skill_name, day
from decided_rows
anti join dirty_buckets using (project_id, kind, skill_name, day);

update skill_usage
set counted = decided_rows.counts
from decided_rows
where skill_usage.rowid = decided_rows.stored_row;
