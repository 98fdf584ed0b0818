create or replace temp table found_runs as select *, false as is_new from shared_runs where false;
