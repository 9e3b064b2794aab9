"""Health of one container: `python -m rectify.machine.health web|worker|schedule`.

web asks its own /healthz under the first allowed host name; worker asks the Celery worker of this
machine; schedule looks whether the scheduler has lately written its file.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from rectify.machine.folders import var_dir

STALE = 15 * 60  # seconds; the scheduler writes its file every three minutes


def web(port: int = 8000) -> bool:
    """Whether /healthz answers 200. The request looks like one that came through the proxy."""
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    headers = {"X-Forwarded-Proto": "https"}
    if host and host != "*":
        headers["Host"] = host
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 - our own http
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def worker() -> bool:
    """Whether the Celery worker of this container answers a ping within 10 s."""
    command = [sys.executable, "-m", "celery", "-A", "rectify", "inspect", "ping"]
    command += ["--timeout", "10", "--destination", f"celery@{socket.gethostname()}"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def schedule() -> bool:
    """Whether the scheduler's file (whatever suffix its format has) is younger than 15 minutes."""
    files = list(var_dir().glob("celerybeat-schedule*"))
    return any(time.time() - path.stat().st_mtime < STALE for path in files)


CHECKS = {"web": web, "worker": worker, "schedule": schedule}

if __name__ == "__main__":
    sys.exit(0 if CHECKS[sys.argv[1]]() else 1)
