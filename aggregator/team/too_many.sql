-- Take out the weeks of a skill with more than `$most` of anything, which no reader would take.

delete from team_counters
where (week, kind, skill) in (
    select (week, kind, skill)
    from team_counters
    where uses > $most
)
returning kind, skill, if(counter in ('duration', 'followup_actions'), 0, cast(uses as bigint));
