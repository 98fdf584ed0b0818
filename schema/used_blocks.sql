select used_blocks, block_size from pragma_database_size() where database_name = 'warehouse';
