"""E-mails that are sent once: from a row that was written with their reason, by a task."""
