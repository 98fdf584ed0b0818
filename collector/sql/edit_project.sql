-- What is given replaces what was there; a tag whose value is null goes. A type that was taken away is
-- the user's word as well, so that none is guessed again.

update projects
set
    project_name = coalesce($name, project_name),
    project_type = case when not $without_type then coalesce($type, project_type) end,
    type_basis = if($without_type or $type is not null, 'given', type_basis),
    metadata = json_merge_patch(metadata, cast($tags as json))
where project_id = $project_id
