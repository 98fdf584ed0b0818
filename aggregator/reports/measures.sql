-- Instants leave as microseconds since 1970: objects would need another library.

select
    * exclude (time_window, window_start)
    replace (epoch_us(first_used) as first_used, epoch_us(last_used) as last_used)
from
