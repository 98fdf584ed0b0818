select distinct project_type from projects where project_type is not null order by all;
