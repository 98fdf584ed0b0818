-- When the rollups were last brought up to date, even if there was nothing to do.

insert or replace into settings values ('aggregates_refreshed_at', $now);
