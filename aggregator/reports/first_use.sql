-- When anything was first used, in microseconds since 1970; null where nothing was.

select epoch_us(min(first_used)) from periods($q)
