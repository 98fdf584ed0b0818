-- Each project is a scope of its own.

, scopes as (select distinct project_id, project_id as scope from measured)

