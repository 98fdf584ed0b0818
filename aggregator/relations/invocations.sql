-- All invocations, where no day was archived.

create or replace temp view invocations as
select
    project_id, kind, skill_name, invoked_at, session_id, outcome, duration_ms, followup_actions,
    followup_names, quality_score, workflow_path, error_type, source, trigger, input_tokens,
    output_tokens, cache_tokens, total_tokens, day, week, month,
    if(source_file_id is null, 'transcript', 'writer') as measured
from skill_usage
where counted;
