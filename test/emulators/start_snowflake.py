"""Starts fakesnow on a free port and prints the port.

fakesnow answers with Arrow, as Snowflake does for its Python connector. snowflake-sdk reads JSON only, so that every
answer is turned into what Snowflake sends to that driver. It also lacks `system$typeof`, which is given to it.
"""

import base64
import datetime
import json
import socket
from typing import Any

import pyarrow
import uvicorn
from fakesnow import macros
from fakesnow.server import app
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

EPOCH = datetime.date(1970, 1, 1)
# https://docs.snowflake.com/en/sql-reference/functions/system_typeof
TYPE_NAMES = """
    create or replace macro {catalog}."system$typeof"(value) as case typeof(value)
        when 'DATE' then 'DATE[SB4]'
        when 'TIMESTAMP' then 'TIMESTAMP_NTZ(9)[SB8]'
        when 'TIMESTAMP WITH TIME ZONE' then 'TIMESTAMP_TZ(9)[SB16]'
        else typeof(value)
    end;
"""
PARAMETERS = [{"name": "TIMEZONE", "value": "UTC"}]


def cell(value: Any, column: dict[str, Any]) -> str | None:
    """One value in the text that Snowflake's JSON results have for its type."""
    if value is None:
        return None
    kind = column["type"].lower()
    if kind == "boolean":
        return "1" if value else "0"
    if kind == "date":
        return str((value - EPOCH).days)
    if kind.startswith("timestamp"):
        return moment(value)
    return str(value)


def moment(value: Any) -> str | None:
    """Seconds since 1970 and a fraction; Arrow has a fraction that counts up from a second that is cut down."""
    if value["epoch"] is None:
        return None
    nanos = value["epoch"] * 1_000_000_000 + value["fraction"]
    sign, nanos = ("-", -nanos) if nanos < 0 else ("", nanos)
    seconds = f"{sign}{nanos // 1_000_000_000}.{nanos % 1_000_000_000:09d}"
    return f"{seconds} {value['timezone']}" if "timezone" in value else seconds


def as_json(answer: dict[str, Any]) -> dict[str, Any]:
    data = answer.get("data") or {}
    if data.get("queryResultFormat") == "arrow":
        table = pyarrow.ipc.open_stream(base64.b64decode(data["rowsetBase64"])).read_all()
        columns = [
            [cell(value, column) for value in values.to_pylist()]
            for values, column in zip(table.columns, data["rowtype"], strict=True)
        ]
        del data["rowsetBase64"]
        data["rowset"] = [list(row) for row in zip(*columns, strict=True)]
        data["queryResultFormat"] = "json"
    if "rowset" in data:
        data |= {
            "returned": len(data["rowset"]),
            "total": len(data["rowset"]),
            "parameters": PARAMETERS,
            "version": 1,
        }
    return answer


class JsonResults(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Any) -> Response:
        response = await call_next(request)
        if request.url.path != "/queries/v1/query-request":
            return response
        body = b"".join([part async for part in response.body_iterator])
        return JSONResponse(as_json(json.loads(body)), status_code=response.status_code)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


own_macros = macros.creation_sql
macros.creation_sql = lambda catalog: own_macros(catalog) + TYPE_NAMES.format(catalog=catalog)
app.add_middleware(JsonResults)
port = free_port()
print(port, flush=True)
uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")
