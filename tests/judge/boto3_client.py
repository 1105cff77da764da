"""boto3 on a string: a call to AppConfig Data for each line of JSON that comes in, its result as a line of JSON."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

client = boto3.client(
    "appconfigdata",
    region_name="eu-west-1",
    endpoint_url=sys.argv[1],
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="secret",
    config=Config(retries={"max_attempts": 0}, proxies={}),
)

for line in sys.stdin:
    call = json.loads(line)
    try:
        answer = getattr(client, call["operation"])(**call["input"])
        if "Configuration" in answer:
            answer["Configuration"] = answer["Configuration"].read().decode()
    except ClientError as error:
        answer = {"exception": type(error).__name__, **error.response}
    except BotoCoreError as error:
        answer = {"exception": type(error).__name__}
    print(json.dumps(answer, default=str), flush=True)
