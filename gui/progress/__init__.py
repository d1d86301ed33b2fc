"""What was practised, on a page: charts, and the takes themselves."""
