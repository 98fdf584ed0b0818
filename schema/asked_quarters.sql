select zone, quarter from asked_quarters;
