-- Projects that share a repository: a main checkout and its worktrees, in the order in which they may
-- keep what they have in common.

create or replace temp table siblings as
select project_id, repository, precedence
from (
    select
        project_id,
        repository,
        row_number() over same_repository_in_order as precedence,
        count(*) over same_repository as size
    from projects
    where repository is not null
    window
        same_repository as (partition by repository),
        same_repository_in_order as (
            partition by repository order by is_worktree, registered_at, project_id
        )
)
where size > 1;
