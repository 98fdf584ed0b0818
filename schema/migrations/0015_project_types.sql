-- Who said of which type a project is: 'given' by the user, or 'guessed' from the folder's files.
-- Null: nobody yet. What was given is never guessed again.

alter table projects add column type_basis varchar;

update projects set type_basis = 'given' where project_type is not null;
