select distinct skill_name from skill_aggregates order by all;
