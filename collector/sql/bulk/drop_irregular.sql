-- Parts that must be read carefully are not staged after all.

delete from staged
where part_number >= $first and kind = $kind and list_contains($irregular, part_number)
