-- The measures of a bucket that are those of its parts added up. Its sessions are fewer where its parts
-- share some; percentiles and the first and last use are found in other ways.

create or replace temp macro added_measures() as [
    'invocations',
    'successes',
    'failures',
    'abandoned',
    'unknown',
    'duration_count',
    'duration_sum_ms',
    'quality_count',
    'quality_sum',
    'followup_count',
    'followup_sum',
    'sessions'
];
