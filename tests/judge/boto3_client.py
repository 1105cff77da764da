"""boto3 on a string: a call to AppConfig Data for each line of JSON that comes in, its result as a line of JSON."""

import datetime
import json
import sys

import boto3
import botocore.auth
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

url, options = sys.argv[1], json.loads(sys.argv[2])
credentials = options.get("credentials", {"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "secret"})

off = options.get("offInMilliseconds")
if off:
    # The clock that botocore signs by.
    now = botocore.auth.get_current_datetime
    botocore.auth.get_current_datetime = lambda *given: now(*given) + datetime.timedelta(milliseconds=off)

client = boto3.client(
    "appconfigdata",
    region_name=options.get("region", "eu-west-1"),
    endpoint_url=url,
    aws_access_key_id=credentials["accessKeyId"],
    aws_secret_access_key=credentials["secretAccessKey"],
    aws_session_token=credentials.get("sessionToken"),
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
