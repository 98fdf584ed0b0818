-- Every text of a member's rows.
select distinct unnest([skill, project_type, team, counter]) as word from rows_given;
