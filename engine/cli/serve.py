"""`wuye serve`: everything that is needed, then the web server."""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import click

from engine.cli._project import root_option


@click.command("serve")
@root_option
@click.option("--port", type=int, envvar="PORT", default=8080, show_default=True, help="The port.")
@click.option("--host", default="127.0.0.1", envvar="HOST", show_default=True, help="Its address.")
@click.option(
    "--workers",
    type=int,
    envvar="WEB_CONCURRENCY",
    default=2,
    show_default=True,
    help="Processes, each with 4 threads.",
)
@click.option("--demo", is_flag=True, help="Load the demo company into an empty database.")
def command(root: Path, port: int, host: str, workers: int, demo: bool) -> None:
    """Bring the database up to the metadata and serve the app.

    Without DATABASE_URL a PostgreSQL of our own is started under DATA_DIR (./var).
    """
    began = time.monotonic()
    _prepare_apart(root, demo=demo)
    from engine.storage.database import database_url

    click.echo(f"prepared in {time.monotonic() - began:.1f} s; serving http://{host}:{port}/")
    _serve(database_url(), root, f"{host}:{port}", workers)


def _prepare_apart(root: Path, *, demo: bool) -> None:
    """Apply the metadata and load the demo in a process of its own.

    What that takes in memory would else stay with the server and with each of its workers.
    """
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os._exit(_prepared(root, demo=demo))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        sys.exit(code)


def _prepared(root: Path, *, demo: bool) -> int:
    from engine.cli._setup import prepare

    try:
        for line in prepare(root, demo=demo):
            click.echo(line)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception:  # the edge of a process: say what broke, and tell the parent
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
    return 0


def _serve(url: str, root: Path, bind: str, workers: int) -> None:
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]
        """Gunicorn over our application, made once and shared by forked workers."""

        def load_config(self) -> None:
            """Set what gunicorn wants to know."""
            options: dict[str, Any] = {
                "bind": bind,
                "workers": workers,
                "worker_class": "gthread",
                "threads": 4,
                "preload_app": True,
                "timeout": 120,
                "post_worker_init": _work_in_app,
                "graceful_timeout": 20,
                "max_requests": 20_000,
                "max_requests_jitter": 2_000,
                "control_socket_disable": True,
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            """Make the application."""
            from engine.web.app import create_app
            from engine.web.process import settle

            made = create_app(root=root, database_url=url)
            settle(made)
            return made

    os.chdir(root)
    Server().run()


def _work_in_app(worker: Any) -> None:
    """Without a broker, run what waits in the outbox in a thread of each web process.

    Started once the process is forked: a thread of the parent could hold a lock just then.
    """
    if os.environ.get("CELERY_BROKER_URL"):
        return
    from engine.jobs import Served
    from engine.jobs.worker_thread import WorkerThread
    from engine.web.session import state

    held = state(worker.app.wsgi())

    def served(connection: Any) -> Served:
        held.refresh()  # a job left by a newer release must find it
        return Served(held.current.catalog, held.current.tables)

    WorkerThread(held.engine, served).start()
