"""`salve-server`: everything an operator does, each command with an example in its --help."""

from __future__ import annotations

import click

from server.commands.archiving import archive
from server.commands.audit import audit
from server.commands.backups import backup, restore, restore_check
from server.commands.definitions import definition
from server.commands.exports import export
from server.commands.held import held
from server.commands.hours import holiday, hours
from server.commands.imports import import_
from server.commands.kiosks import kiosk
from server.commands.moving import move
from server.commands.people import token, user
from server.commands.questions import questions
from server.commands.rollups import rollup
from server.commands.serving import serve, upgrade
from server.commands.stores import store
from server.commands.working import worker
from server.commands.workplace import Commands


@click.group(cls=Commands, context_settings={"max_content_width": 128})
@click.version_option(package_name="salve", prog_name="salve-server")
def main() -> None:
    """Salve's server: stores, people, kiosks, exports, and serving them.

    Example: salve-server store add S014 --name "Old Market" --timezone Europe/Warsaw

    Settings come from the environment, like SALVE_DATA_DIR, or from the TOML file that SALVE_CONFIG names.
    """


for _command in (hours, holiday):
    store.add_command(_command)
for _command in (upgrade, serve, worker, store, user, kiosk, token, questions, definition, export, import_, held, rollup):
    main.add_command(_command)
for _command in (backup, restore, restore_check, move, archive, audit):
    main.add_command(_command)
