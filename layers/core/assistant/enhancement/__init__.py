"""Documents made better in tracked changes: each with its reason and its price, accepted or rejected one by one."""
