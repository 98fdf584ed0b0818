-- The first day of anything that was ever collected; null where nothing was.

select least((select min(day) from skill_usage), (select min(day) from archived_days))
