-- The staged rows that are new, or replace a stored one, as they are to be stored. A phase that only another
-- state names is kept with it: the JSON documents know none. Of two phases it is the first by the alphabet,
-- so that the order of reading does not matter. The first prepared zone is the reporting zone, see
-- schema/zones.sql.

create or replace temp view changes as
select
    staged.* exclude (
        position, chunk_number, irregular, placeholder, unfinished, workflow_phase, shared_with
    ),
    coalesce(matches.phase, staged.workflow_phase) as workflow_phase,
    coalesce(staged.shared_with, matches.shared_with) as shared_with,
    matches.existing_row,
    matches.existing_day,
    staged.rowid in (from rekeyed_rows) as was_stored,
    cast(zone_clock(1, staged.invoked_at) as date) as day
from staged
left join matches on matches.staged_row = staged.rowid
where
    staged.rowid not in (from superseded_rows)
    and (matches.staged_row is null or matches.replaces);
