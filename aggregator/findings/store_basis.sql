-- What the verdicts that are stored were found from.

insert into verdict_basis by name
select
    $basis as basis,
    $found_on as found_on,
    $compared as compared,
    $expected_looks as expected_looks
