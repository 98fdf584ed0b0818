select project_id, path, state, detail, fingerprint, size_bytes
from source_files
