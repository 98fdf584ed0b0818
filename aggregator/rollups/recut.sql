-- Recomputes every row's day, week and month after a change of the reporting zone, which is the first
-- prepared zone (see schema/zones.sql).

update settings set value = $zone where key = 'timezone';

update skill_usage set day = cast(zone_clock(1, invoked_at) as date);

update skill_usage
set week = cast(date_trunc('week', day) as date), month = cast(date_trunc('month', day) as date);
