-- Chunks that must be read carefully are not staged after all.

delete from staged
where chunk_number >= $first and kind = $kind and list_contains($irregular, chunk_number)
