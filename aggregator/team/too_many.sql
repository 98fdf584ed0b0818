-- Take out the weeks of a skill that no reader would take: with more than `$most_uses` of anything, and
-- those before the newest ones that have `$most_in_all` of it together.

delete from team_counters
where
    (week, skill) in (
        select (week, skill)
        from team_counters
        where uses > $most_uses
    )
    or (week, skill) in (
        select (week, skill)
        from (
            select
                week, skill,
                sum(sum(uses)) over (partition by skill, counter order by week desc) as so_far
            from team_counters
            group by week, skill, counter
        )
        where so_far > $most_in_all
    )
returning skill, if(counter in ('duration', 'followup_actions'), 0, cast(uses as bigint));
