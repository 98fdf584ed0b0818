-- Take out the weeks of a skill that no reader would take: with more than `$most_uses` of anything, and
-- those before the newest ones that have `$most_in_all` of it together.

delete from team_counters
where
    (week, kind, skill) in (
        select (week, kind, skill)
        from team_counters
        where uses > $most_uses
    )
    or (week, kind, skill) in (
        select (week, kind, skill)
        from (
            select
                week, kind, skill,
                sum(sum(uses)) over (partition by kind, skill, counter order by week desc) as so_far
            from team_counters
            group by week, kind, skill, counter
        )
        where so_far > $most_in_all
    )
returning kind, skill, if(counter in ('duration', 'followup_actions'), 0, cast(uses as bigint));
