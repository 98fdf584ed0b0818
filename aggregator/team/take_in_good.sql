-- The rows of a member that are counted: names that the agreement lists and counters known here, of
-- weeks that are over. A label that the agreement does not list becomes `(other)`, in one row a key.
insert into good
select
    rows_given.member,
    case when list_contains($teams, rows_given.team) then rows_given.team else '(other)' end
        as team,
    rows_given.week,
    rows_given.kind,
    rows_given.skill,
    case
        when list_contains($types, rows_given.project_type) then rows_given.project_type
        else '(other)'
    end as project_type,
    rows_given.measured,
    rows_given.counter,
    rows_given.bucket,
    cast(sum(rows_given.uses) as integer) as uses
from rows_given
where
    rows_given.skill in (select unnest($skills))
    and list_contains($counters, rows_given.counter)
    and rows_given.week >= $from
    and rows_given.week < $until
group by all;
