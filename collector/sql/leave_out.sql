-- Nothing of these projects is stored.

delete from staged where project_id in (select unnest($projects));

delete from staged_recommendations where project_id in (select unnest($projects));

delete from staged_workflows where project_id in (select unnest($projects));

delete from staged_experiments where project_id in (select unnest($projects));

delete from staged_rejects where project_id in (select unnest($projects));

delete from staged_retractions
where
    source_file_id in (
        select source_file_id
        from staged_files
        where project_id in (select unnest($projects))
    );

delete from staged_files where project_id in (select unnest($projects));
