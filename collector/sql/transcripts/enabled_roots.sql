select source, path, epoch_us(enabled_at), epoch_us(last_read_at)
from transcript_roots
order by source, path;
