select 1 from skill_usage where shared_with is not null limit 1;
