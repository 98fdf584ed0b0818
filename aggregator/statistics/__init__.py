"""What is more than noise: intervals, tests and bands, each with its source.

Nothing here knows the warehouse. docs/statistics.md says where each is used, how often it is wrong
where nothing happened, and how large a change it finds.
"""
