-- Outcomes by the skill's place in the list that was offered. Uses of one skill in one project and
-- month are comparable. Sums are of exact decimals, so that they are the same in every run.

with strata as materialized (
    select
        project_id,
        month,
        kind,
        skill_name,
        count(*) filter (outcome <> 'unknown') as total,
        count(*) filter (outcome = 'success') as successes
    from recorded($q)
    where selection_rank is not null
    group by project_id, month, kind, skill_name
),
cells as (
    select
        selection_rank,
        project_id,
        month,
        kind,
        skill_name,
        count(*) filter (outcome = 'success') as successes,
        count(*) filter (outcome = 'failure') as failures,
        count(*) filter (outcome = 'abandoned') as abandoned,
        count(*) filter (outcome = 'unknown') as unknown,
        successes + failures + abandoned as known
    from recorded($q)
    where selection_rank is not null
    group by selection_rank, project_id, month, kind, skill_name
)
select
    selection_rank,
    sum(cells.successes),
    sum(failures),
    sum(abandoned),
    sum(unknown),
    sum(if(known > 0, strata.successes - cells.successes, 0)) as successes_elsewhere,
    sum(if(known > 0, strata.total - cells.known, 0)) as known_elsewhere,
    sum(
        cast(cells.known * strata.successes / greatest(strata.total, 1) as decimal(38, 12))
    ) as expected,
    sum(
        cast(
            cells.known * strata.successes / greatest(strata.total, 1)
            * (strata.total - cells.known) * (strata.total - strata.successes)
            / greatest(strata.total, 1) / greatest(strata.total - 1, 1) as decimal(38, 12)
        )
    ) as variance,
    sum(greatest(0, cells.known + strata.successes - strata.total)) as least,
    sum(least(cells.known, strata.successes)) as most,
    sum(
        cast(
            cells.known * (strata.total - cells.known) / greatest(strata.total, 1)
            as decimal(38, 12)
        )
    ) as weight
from cells
join strata using (project_id, month, kind, skill_name)
group by selection_rank
order by selection_rank
