-- The rows a question is about; every statement over rows begins with this.

with asked as (
    select *
    from skill_usage
    where
        invoked_at <= cast($horizon as timestamptz)
        and ($since is null or day >= $since)
        and ($until is null or day <= $until)
        and ($kind = 'all' or kind = $kind)
        and ($name is null or skill_name = $name)
        and list_contains($projects, project_id)
)
