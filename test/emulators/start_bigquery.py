"""Starts bqemulator on a free port and prints the port.

It asks for DuckDB's spatial extension, which is downloaded from a host that test machines may not reach. Nothing that
Tidemark asks for is geography, so it goes without.
"""

import socket
import sys

from bqemulator.cli import main
from bqemulator.storage.engine import DuckDBEngine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


DuckDBEngine._load_spatial = lambda self: None

rest, grpc = free_port(), free_port()
print(rest, flush=True)
sys.argv[1:] = [
    "start",
    f"--rest-port={rest}",
    f"--grpc-port={grpc}",
    "--project=test-project",
    "--log-level=error",
]
main()
