-- The tests that tools recorded: those of a file are replaced when it is read again.

delete from recorded_experiments
where
    source_file_id in (
        select source_file_id from staged_files where was_read
        union all
        select source_file_id from staged_experiments
    );

insert into recorded_experiments by name
select * exclude (arms), cast(arms as json) as arms
from staged_experiments;
