-- Rows that are none by what counts as a record today, and files that hold more than was read of them.

-- Only a line of an `executions.jsonl` is an execution. What another file beside those told of goes;
-- the files of its project are read again, in case one of its executions was told of by both.
insert into dirty_buckets
select distinct project_id, kind, skill_name, day
from skill_usage
semi join (
    select source_file_id
    from source_files
    where source = 'kaizen' and path not like '%/executions.jsonl'
) as others using (source_file_id)
anti join dirty_buckets using (project_id, kind, skill_name, day);

update source_files
set fingerprint = '', checkpoint = '{}'
where
    source = 'kaizen'
    and (
        (
            path not like '%/executions.jsonl'
            and path not like '%/recommendations.jsonl'
            and records + rejected > 0
        )
        or project_id in (
            select project_id
            from skill_usage
            where source_file_id in (
                select source_file_id
                from source_files
                where source = 'kaizen' and path not like '%/executions.jsonl'
            )
        )
    );

delete from skill_usage
where source_file_id in (
    select source_file_id
    from source_files
    where source = 'kaizen' and path not like '%/executions.jsonl'
);

-- A last line without a newline counts when it is whole.
update source_files
set fingerprint = ''
where source = 'kaizen' and coalesce(cast(checkpoint ->> 'offset' as bigint), 0) < size_bytes;

-- The bridge's durations and follow-ups.
update source_files
set fingerprint = '', checkpoint = '{}'
where source = 'skills_db' and shape = 'bridge';

-- A number of follow-ups below 0 is none.
insert into dirty_buckets
select distinct project_id, kind, skill_name, day
from skill_usage
anti join dirty_buckets using (project_id, kind, skill_name, day)
where followup_actions < 0;

update skill_usage set followup_actions = null where followup_actions < 0;
