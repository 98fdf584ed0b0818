-- Counters of many members: two years of weeks up to `$monday`, 22 of the 60 `$names` each, four rows a
-- skill-week.
select
    printf('%012x', members.number * 7919 + 1) as member,
    ['platform', 'mobile', 'data'][1 + members.number % 3] as team,
    cast($monday as date) - cast(7 * (weeks.ago + 1) as integer) as week,
    'skill' as kind,
    $names[1 + (skills.number + members.number % 5 * 8) % 60] as skill,
    ['cli', 'web', 'library'][1 + (members.number + skills.number) % 3] as project_type,
    'writer' as measured,
    counters.counter,
    cast(
        if(counters.counter = 'duration', 150 + hash(weeks.ago, skills.number, counters.part) % 40,
        null) as smallint
    ) as bucket,
    cast(1 + hash(members.number, weeks.ago, skills.number, counters.part) % 5 as integer) as uses
from range($first, $last) as members(number)
cross join range(104) as weeks(ago)
cross join range(22) as skills(number)
cross join (
    values ('success', 0), ('failure', 1), ('duration', 2), ('duration', 3)
) as counters(counter, part)
qualify
    row_number() over (
        partition by member, week, skill, project_type, counters.counter, bucket
        order by uses
    ) = 1;
