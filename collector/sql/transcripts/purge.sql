-- All that was collected from the transcripts of these tools.

insert into dirty_buckets
select distinct project_id, kind, skill_name, day
from skill_usage
anti join dirty_buckets using (project_id, kind, skill_name, day)
where source_file_id is null and list_contains($sources, source);

delete from skill_usage where source_file_id is null and list_contains($sources, source);

delete from transcript_files where list_contains($sources, source);

delete from transcript_pieces
where kind = 'use' and list_contains($sources, split_part(id, ':', 1));

-- What is kept of sessions and agents says nothing of a tool; it goes with the last use.
delete from transcript_pieces where not exists (from transcript_pieces where kind = 'use');

-- Verdicts are found again by the next refresh.
delete from stored_verdicts;

delete from verdict_basis;
