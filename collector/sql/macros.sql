-- What the statements about rows and their identity have in common.

-- How much a state says of how an invocation ended.
create or replace temp macro completeness(outcome, duration_ms) as
case
    when outcome = 'success' then 3
    when outcome = 'failure' then 2
    when outcome = 'abandoned' and duration_ms is not null then 2
    when outcome = 'abandoned' then 1
    else 0
end;

-- An idempotency key stands for time and session: with one, neither belongs to the identity.
-- A time without an offset identifies by what was written, not by what the zone makes of it.
create or replace temp macro identity_at(idempotency_key, local_time, invoked_at) as
if(idempotency_key is null and local_time is null, invoked_at, null);

create or replace temp macro identity_local(idempotency_key, local_time) as
if(idempotency_key is null, local_time, null);

create or replace temp macro identity_session(idempotency_key, session_id) as
if(idempotency_key is null, session_id, null);

-- All of a row's identity but its project.
create or replace temp macro shared_key(
    kind, skill_name, invoked_at, local_time, session_id, idempotency_key, occurrence
) as
struct_pack(
    kind := kind,
    skill_name := skill_name,
    invoked_at := identity_at(idempotency_key, local_time, invoked_at),
    local_time := identity_local(idempotency_key, local_time),
    session_id := identity_session(idempotency_key, session_id),
    idempotency_key := idempotency_key,
    occurrence := occurrence
);
