-- When the rollups were last refreshed, even if nothing had to be done.

insert or replace into settings values ('aggregates_refreshed_at', $now);
