-- The rows of one grain's stale buckets with what is broken down, found once for all breakdowns.

create or replace temp table stale_rows as
select window_start, project_id, kind, skill_name, outcome, workflow_path, error_type, followup_names
from rows_in_buckets($time_window, $overall, $since, $horizon);

create or replace temp macro rows_to_break_down(grain, all_projects, first_day, latest) as table
from stale_rows;
