"""Reports from the rows that everything else wrote: usage, cost, tasks, search and quality."""
