-- The rows of table or view `tbl` that query `q` is about (aggregator.relations.create says what its fields
-- are). The lower and upper bound of the project ids repeat what the list says, so that whole row
-- groups are skipped. A query about everything does not look at projects: that saves a fifth.

create or replace temp macro of_query(tbl, q) as table
select *
from query_table(tbl)
where
    invoked_at <= cast(q['horizon'] as timestamptz)
    and (q['since'] is null or day >= q['since'])
    and (q['until'] is null or day <= q['until'])
    and (q['kind'] = 'all' or kind = q['kind'])
    and (q['name'] is null or skill_name = q['name'])
    and (
        q['everything']
        or (
            project_id between list_min(q['projects']) and list_max(q['projects'])
            and list_contains(q['projects'], project_id)
        )
    );
