create or replace temp table relinked (project_id varchar);
