-- What it takes to leave the team, also where its agreement cannot be read.
select
    team_id,
    coalesce(agreement ->> '$.name', 'the team'),
    url,
    sent_digest is not null or len(pending) > 0
from team_membership;
