"""`salve-server upgrade` and `salve-server serve`: the database made ready, and the server until somebody ends it."""

from __future__ import annotations

import gc
import logging
import resource
import signal
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from server.commands.channels import Channel
from server.commands.readying import kept_ready
from server.commands.sockets import Sockets
from server.commands.stalled import STALLED_S, Stalled
from server.commands.workplace import at_work
from server.database.engine import writing
from server.database.migrate import is_current
from server.database.migrate import upgrade as migrate
from server.errors import Unfit
from server.survey.questions import install_starter
from wire.redacting import begin_logging

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from server.commands.workplace import Workplace
    from server.settings import Settings

# What is made of an export ahead of a slow reader; half of all threads may have one each.
MOST_UNREAD_BYTES = 1 << 20
# Above our own limit, so that it is our own sentence that refuses; what is larger still, from many, fills a disk.
LARGEST_BODY_BYTES = 4 * 1024 * 1024
LARGEST_HEADER_BYTES = 64 * 1024
IDLE_CONNECTION_S = 60
# Above this many open connections an idle one is closed soon: thousands of kiosks that sync once a minute would else fill the
# server with connections on which nothing comes for a minute.
CROWD = 200
IDLE_IN_A_CROWD_S = 1.0
# Requests that may wait for a thread before further connections are left with the kernel, where they cost nothing.
MOST_QUEUED = 64
# Connections taken in one turn. Waitress takes one, and a busy server has some two hundred turns a second: each waits for the
# threads that answer.
TAKEN_AT_ONCE = 16
DRAIN_S = 20


@click.command("upgrade")
def upgrade() -> None:
    """Create the database or bring it to this release, with the starter questions.

    Example: salve-server upgrade
    """
    with at_work(current=False) as place:
        prepare(place)
    click.echo("The database is up to date.")


@click.command("serve")
def serve() -> None:
    """Serve kiosks, people and programs until SIGTERM or Ctrl-C.

    Example: SALVE_PORT=8000 salve-server serve
    """
    # The app brings Flask with it, which the other commands need not wait for.
    from server.app import create_app

    begin_logging(logging.INFO, "%(levelname)s %(name)s: %(message)s")
    # Waiting for a group's commit is what the threads are for; a short queue is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with at_work(current=False) as place:
        if place.engine.dialect.name == "sqlite":
            prepare(place)
        elif not is_current(place.engine):
            raise Unfit("The database has not this release's tables yet; run `salve-server upgrade` first.")
        allow_files()
        # Rows of exports and batches come by the thousand and have no cycles among them.
        gc.set_threshold(50_000)
        app = create_app(place.settings, place.clock, place.engine)
        try:
            serving = Serving(app, place.settings)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda _number, _frame: serving.stop())
            click.echo(f"Salve listens on port {serving.port}.")
            with kept_ready(app, place):
                serving.run()
        finally:
            app.extensions["salve_close"]()


def prepare(place: Workplace) -> None:
    """Bring the database to this release; a new one gets its epoch, the starter questions and definition 1."""
    migrate(place.engine)
    with writing(place.engine) as connection:
        install_starter(connection, place.clock.now_ms())


def allow_files() -> None:
    """Let this process open as many connections as the system allows it to."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Serving:
    """Waitress around the app, which can end without cutting an answer off."""

    def __init__(self, app: Flask, settings: Settings, stalled_s: float = STALLED_S) -> None:
        self._sockets = Sockets()
        self._stalled = Stalled(stalled_s)
        self._stopping = False
        self._looked_s = 0.0
        create_server(
            app,
            map=self._sockets,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            connection_limit=settings.connection_limit,
            channel_timeout=IDLE_CONNECTION_S,
            cleanup_interval=10,
            max_request_body_size=LARGEST_BODY_BYTES,
            outbuf_high_watermark=MOST_UNREAD_BYTES,
            max_request_header_size=LARGEST_HEADER_BYTES,
            # The app reads forwarded headers, and only with a set number of proxies in front.
            clear_untrusted_proxy_headers=settings.proxy_hops == 0,
            ident=None,
        )
        self._doors = [door for door in self._sockets.values() if isinstance(door, BaseWSGIServer)]
        for door in self._doors:
            door.channel_class = Channel
            door.handle_accept = partial(_accept, door, door.handle_accept)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._doors[0].effective_port)

    def run(self) -> None:
        """Serve until `stop`, then take no more connections, answer what has begun, and return."""
        while not self._stopping:
            self._stalled.end(self._channels())
            self._sockets.turn(1.0, look_at_all=self._admit())
        self._drain()

    def stop(self) -> None:
        """Ask `run` to end; may be called from a signal or another thread."""
        if not self._stopping:
            self._stopping = True
            self._doors[0].pull_trigger()

    def _admit(self) -> bool:
        """Take no more connections than can be answered soon, and keep none open for nothing in a crowd.

        Returns whether idle ones were looked for; whoever is one was told to close.
        """
        for door in self._doors:
            door.accepting = len(door.task_dispatcher.queue) < MOST_QUEUED
        now_s = time.time()
        if len(self._sockets) <= CROWD or now_s - self._looked_s < IDLE_IN_A_CROWD_S:
            return False
        self._looked_s = now_s
        for channel in self._channels():
            # One that has said nothing yet may be on a slow line.
            is_used = channel.request is None and channel.last_activity != channel.creation_time
            if is_used and now_s - channel.last_activity > IDLE_IN_A_CROWD_S:
                _busy(channel)
        return True

    def _drain(self) -> None:
        for door in self._doors:
            # Not its own close: that takes away what its threads wake the loop with.
            wasyncore.dispatcher.close(door)
        deadline = time.monotonic() + DRAIN_S
        while self._unanswered() and time.monotonic() < deadline:
            self._sockets.turn(0.05, look_at_all=True)
        self._doors[0].task_dispatcher.shutdown(timeout=5)
        for channel in self._channels():
            channel.handle_close()
        for door in self._doors:
            door.trigger.close()
        self._sockets.close()

    def _unanswered(self) -> bool:
        # Every connection is looked at: each idle one is told to close.
        return sum(_busy(channel) for channel in self._channels()) > 0

    def _channels(self) -> list[Any]:
        return [channel for door in self._doors for channel in list(door.active_channels.values())]


def _accept(door: BaseWSGIServer, accept_one: Callable[[], None]) -> None:
    """Take what waits at a door, up to so many."""
    for _ in range(TAKEN_AT_ONCE):
        before = len(door.active_channels)
        accept_one()
        if len(door.active_channels) == before:
            return


def _busy(channel: Any) -> bool:
    """Whether a connection still has an answer coming; one that has not is told to close, so that it begins nothing new."""
    with channel.requests_lock:
        busy = bool(channel.requests or channel.total_outbufs_len)
        if not busy:
            channel.will_close = True
    return busy
