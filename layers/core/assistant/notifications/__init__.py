"""Each user's log of notifications, with offsets that grow by one, and the connections that it is delivered to."""
