"""Writes the bodies of its messages to the bucket, in the order they came; `fail` fails."""

import os
import time

import boto3

s3 = boto3.client("s3")


def handler(event, _context):
    """Report the messages that say fail as failed."""
    failures = []
    for record in event["Records"]:
        if "fail" in record["body"]:
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        group = record["attributes"].get("MessageGroupId", "none")
        key = f"{os.environ['AWS_LAMBDA_FUNCTION_NAME']}/{group}/{time.time_ns()}"
        s3.put_object(Bucket=os.environ["BUCKET"], Key=key, Body=record["body"].encode())
    return {"batchItemFailures": failures}
