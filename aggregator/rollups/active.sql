-- All active projects are one scope.

, scopes as (select project_id, '*' as scope from projects where is_active)

