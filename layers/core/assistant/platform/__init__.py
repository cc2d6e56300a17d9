"""What the contexts stand on: the only code that imports pg8000, redis and boto3."""
