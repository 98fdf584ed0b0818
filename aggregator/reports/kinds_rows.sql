select distinct kind from asked
