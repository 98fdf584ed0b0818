-- Another reporting zone: every row's day, week and month are cut anew.

update settings set value = $zone where key = 'timezone';

update skill_usage set day = cast(timezone($zone, invoked_at) as date);

update skill_usage
set week = cast(date_trunc('week', day) as date), month = cast(date_trunc('month', day) as date);
