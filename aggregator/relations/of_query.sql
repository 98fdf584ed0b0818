-- The rows of table or view `tbl` that query `q` is about; `aggregator/relations/create.py` says what
-- its fields are. The bounds of the project ids let whole row groups be skipped.

create or replace temp macro of_query(tbl, q) as table
select *
from query_table(tbl)
where
    invoked_at <= cast(q['horizon'] as timestamptz)
    and (q['since'] is null or day >= q['since'])
    and (q['until'] is null or day <= q['until'])
    and (q['since_at'] is null or invoked_at >= cast(q['since_at'] as timestamptz))
    and (q['kind'] = 'all' or kind = q['kind'])
    and (q['name'] is null or skill_name = q['name'])
    and (q['trigger'] is null or trigger = q['trigger'])
    and (q['source'] is null or source = q['source'])
    and (
        q['projects'] is null
        or (
            project_id between q['first_project'] and q['last_project']
            and list_contains(q['projects'], project_id)
        )
    );
