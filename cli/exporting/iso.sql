-- An instant as ISO 8601 writes it on the clock of the first prepared zone, see schema/zones.sql.

create or replace temp macro zone_iso(instant) as
strftime(zone_clock(1, instant), '%Y-%m-%dT%H:%M:%S.%f')
|| if(zone_offset(1, instant) < 0, '-', '+')
|| strftime(make_timestamp(abs(zone_offset(1, instant))), '%H:%M');
