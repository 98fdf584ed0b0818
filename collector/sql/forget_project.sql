-- A project leaves the registry; rows that others hold as well are theirs. Those projects are read
-- again, so that rows that never counted for them are not missed.

update source_files
set fingerprint = '', checkpoint = '{}'
where project_id in (
    select other.project_id
    from projects as one
    inner join projects as other
        on other.repository = one.repository or other.folder = one.folder
    where one.project_id = $id and other.project_id <> $id
    union
    select project_id from shared_runs where other_id = $id
);

delete from projects where project_id = $id;

update skill_usage
set shared_with = nullif(list_filter(shared_with, lambda each: each <> $id), [])
where shared_with is not null and list_contains(shared_with, $id);

delete from shared_runs where project_id = $id or other_id = $id;
