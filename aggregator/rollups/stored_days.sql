select count(*) from skill_aggregates where time_window = 'daily' and project_id <> '*';
