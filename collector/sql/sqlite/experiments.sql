-- The tests that have outcomes, a row for each arm: sums over its users of the outcomes (n) and the
-- successes (s), and of their products. Users without an arm do not count.

with users as (
    select
        outcomes.test_id,
        assignments.group_name,
        outcomes.user_id,
        count(*) as n,
        sum(outcomes.completed = 1) as s,
        max(outcomes.recorded_at) as last_at
    from ab_test_outcomes as outcomes
    inner join ab_test_assignments as assignments
        on assignments.test_id = outcomes.test_id and assignments.user_id = outcomes.user_id
    where assignments.group_name in ('control', 'treatment')
    group by outcomes.test_id, assignments.group_name, outcomes.user_id
)

select
    configs.test_name,
    configs.control_strategy,
    configs.treatment_strategy,
    configs.assignment_ratio,
    configs.min_sample_size,
    configs.start_date,
    configs.end_date,
    max(users.last_at),
    users.group_name,
    (
        select count(*)
        from ab_test_assignments as assigned
        where assigned.test_id = configs.test_id and assigned.group_name = users.group_name
    ),
    count(*),
    sum(users.s),
    sum(users.n),
    sum(users.s * users.s),
    sum(users.s * users.n),
    sum(users.n * users.n)
from ab_test_configs as configs
inner join users on users.test_id = configs.test_id
group by configs.test_id, users.group_name
order by configs.test_id, users.group_name
