-- Records of one file that are equal in their key are counted through in the file's order. Hashes
-- find the few that are, among the rows that alike.sql found; they are never stored.

create or replace temp table repeated as
with hashed as (
    select
        rowid as staged_row,
        hash(
            source_file_id, kind, skill_name, local_time, if(local_time is null, invoked_at, null),
            session_id
        ) as key_hash
    from staged
    where
        staged.rowid in (select staged_row from alike_rows)
        and source_file_id in (select unnest($finished))
        and idempotency_key is null
)

select staged_row
from hashed
semi join (select key_hash from hashed group by key_hash having count(*) > 1) as twice
    using (key_hash);

create or replace temp table counted as
select
    staged.rowid as staged_row,
    row_number() over (
        partition by
            source_file_id, kind, skill_name, local_time, if(local_time is null, invoked_at, null),
            session_id
        order by position, staged.rowid
    ) as place
from staged
where staged.rowid in (select staged_row from repeated);

update staged
set occurrence = counted.place
from counted
where counted.staged_row = staged.rowid and staged.occurrence <> counted.place;

-- Chunks that were staged only for their records to be counted with those next to them.
delete from staged where chunk_number in (select unnest($overlapping));
