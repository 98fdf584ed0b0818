-- Skills and agents that were used in the same session (its parts between pauses). Sessions are
-- comparable when they are of one project and have equally many uses. What is in fewer than
-- $min_sessions sessions is left out first.

with counted_uses as materialized (
    select
        project_id,
        session_id,
        part,
        kind,
        skill_name,
        count(*) as uses
    from in_sessions($q, $idle_us)
    group by project_id, session_id, part, kind, skill_name
),
sessions as materialized (
    select
        row_number() over () as number,
        project_id,
        session_id,
        part,
        cast(sum(uses) as bigint) as uses
    from counted_uses
    group by project_id, session_id, part
),
names as materialized (
    select
        row_number() over (order by skill_name, kind) as number,
        kind,
        skill_name,
        count(*) as sessions
    from counted_uses
    group by kind, skill_name
    having count(*) >= $min_sessions
),
used as materialized (
    select
        sessions.number as session,
        project_id,
        sessions.uses,
        names.number as name
    from counted_uses
    join sessions using (project_id, session_id, part)
    join names using (kind, skill_name)
),
together as materialized (
    select
        one.name as first,
        other.name as second,
        count(*) as times
    from used as one
    join used as other on one.session = other.session and one.name < other.name
    group by one.name, other.name
    having count(*) >= $min_sessions
),
strata as (
    select
        project_id,
        uses,
        count(*) as total
    from sessions
    group by project_id, uses
),
margins as materialized (
    select
        project_id,
        uses,
        name,
        count(*) as having_it,
        any_value(strata.total) as total
    from used
    join strata using (project_id, uses)
    group by project_id, uses, name
),
compared as (
    select
        together.first,
        together.second,
        sum(cast(a.having_it * b.having_it / a.total as decimal(38, 12))) as expected,
        sum(
            cast(
                a.having_it * b.having_it / a.total
                * (a.total - a.having_it) * (a.total - b.having_it)
                / a.total / greatest(a.total - 1, 1) as decimal(38, 12)
            )
        ) as variance,
        sum(greatest(0, a.having_it + b.having_it - a.total)) as least,
        sum(least(a.having_it, b.having_it)) as most
    from together
    join margins as a on a.name = together.first
    join margins as b
        on b.name = together.second and a.project_id = b.project_id and a.uses = b.uses
    group by together.first, together.second
),
totals as (
    select
        (select count(*) from sessions) as sessions,
        (select count(*) from names) as names
)
select
    totals.sessions,
    totals.names,
    a.kind,
    a.skill_name,
    a.sessions,
    b.kind,
    b.skill_name,
    b.sessions,
    times,
    expected,
    variance,
    least,
    most
from totals
left join together on true
left join compared using (first, second)
left join names as a on a.number = together.first
left join names as b on b.number = together.second
order by times desc, a.skill_name, a.kind, b.skill_name, b.kind
