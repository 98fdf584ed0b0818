select min(window_start) from stale where time_window = $grain and $grain <> 'all';
