select basis, compared, expected_looks, found_on from verdict_basis;
