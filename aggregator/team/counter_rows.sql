-- The rows of a file that is sent, in their order.

from read_parquet($path, hive_partitioning = false);
