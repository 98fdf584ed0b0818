-- Sessions that go on with another one, with what is known of them now.

delete from session_origins where session_id in (select unnest($sessions));

insert into session_origins
select unnest($sessions), unnest($origins);
