"""What stops the local cloud, said in one line that tells the reader what to do."""


class CloudError(Exception):
    """A failure whose text is the whole message: one line, ending in what to do."""
