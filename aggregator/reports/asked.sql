-- The uses a question is about; every statement over rows begins with this. The bounds of the
-- projects' ids say the same as the list, in a way that lets whole blocks of rows be skipped. Where
-- everything is asked about, looking each row's project up would take a fifth of the time.

, asked as not materialized (
    select *
    from uses
    where
        invoked_at <= cast($horizon as timestamptz)
        and ($since is null or day >= $since)
        and ($until is null or day <= $until)
        and ($kind = 'all' or kind = $kind)
        and ($name is null or skill_name = $name)
        and (
            $everything
            or (
                project_id between list_min($projects) and list_max($projects)
                and list_contains($projects, project_id)
            )
        )
)
