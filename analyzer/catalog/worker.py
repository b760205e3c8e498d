"""What runs in a worker process: fetch a package, say what it is, and look into it if asked to, within the budget.

A worker never touches the database. It talks over one pipe of its own, so that a worker that is killed while it waits, reads or
writes leaves nothing locked or half written for the others.
"""

from __future__ import annotations

import gc
import hashlib
import os
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from analyzer.catalog.locations import fetched
from analyzer.catalog.messages import Known, Ready, receive, send
from analyzer.catalog.packing import pack
from analyzer.catalog.work import Content, Failure, Item, Seen, WorkerSettings
from analyzer.errors import ApkvetError
from analyzer.platform.watch import Watch, extended, load_watch
from analyzer.scan import Depth

_GRACE = 10.0


def serve(connection: Connection, settings: WorkerSettings) -> None:
    """Work until the pipe closes.

    For each ``Item`` received: send its ``Content``, receive the ``Depth`` (None: it is known already), send ``Seen`` or
    ``Failure``. After a failure of memory the coordinator closes the pipe, because what is still held cannot be told.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the coordinator
    gc.disable()
    watch = extended(load_watch(), settings.extra_apis)
    limit_memory(settings.budget.memory)
    message: Ready | Seen | Failure | Known = Ready()
    loaded = False
    while True:
        try:
            send(connection, message)
            item = receive(connection)
            if not isinstance(item, Item):
                return
            message = _one(connection, item, settings, watch)
        except (EOFError, OSError):
            return  # the coordinator is gone
        gc.collect()
        if not loaded and isinstance(message, Seen):
            gc.freeze()  # the tables are loaded now and stay: looking through them each time costs as much as a small package
            loaded = True


def _one(connection: Connection, item: Item, settings: WorkerSettings, watch: Watch) -> Seen | Failure | Known:
    """One package, from its location to its observation."""
    _alarm(settings.budget.seconds)
    try:
        with fetched(item.location) as path:
            send(connection, content_of(path))
            depth = receive(connection)
            _alarm(settings.budget.seconds)
            return look(path, depth, settings, watch) if isinstance(depth, Depth) else Known()
    except MemoryError:
        return Failure("memory", "ran out of memory")
    except ApkvetError as error:
        return Failure("location", str(error))
    except OSError as error:
        return Failure("location", f"cannot be read: {error.strerror or error}")
    finally:
        _alarm(0)


def look(path: Path, depth: Depth, settings: WorkerSettings, watch: Watch) -> Seen | Failure:
    """Observe one file. Whatever goes wrong is a failure with a reason, never an exception."""
    began = time.process_time()
    try:
        packed = pack(settings.observer(path, watch, depth))
    except ApkvetError as error:
        return Failure("unreadable", f"{error.what}. {error.mend}" if error.mend else error.what)
    except MemoryError:
        return Failure("memory", "ran out of memory")
    except Exception as error:  # a fault of ours must not end the other packages
        return Failure("fault", f"apkvet itself failed ({type(error).__name__}: {str(error)[:200]})")
    return Seen(packed, round(1000 * (time.process_time() - began)), peak_memory())


def content_of(path: Path) -> Content:
    """Digest and size of a file."""
    with path.open("rb") as file:
        return Content(hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size)


def limit_memory(extra: int) -> None:
    """Let this process have *extra* bytes of address space beyond what it has now. Does nothing where that cannot be done."""
    if sys.platform != "linux":
        return  # other systems count mapped libraries differently or have no such limit
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages * resource.getpagesize() + extra
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def peak_memory() -> int:
    """The most memory this process has had, in KiB; 0 where that is not told."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def _alarm(seconds: float) -> None:
    """End this process a little after the budget: the coordinator does so in time, unless it was killed itself."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE if seconds else 0)
