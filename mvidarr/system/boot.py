"""Open the data folder: database and settings, the same way in every process."""

import logging
from dataclasses import replace

from mvidarr import settings
from mvidarr.core import db, logs
from mvidarr.core.config import Config
from mvidarr.governor import services
from mvidarr.media import disks
from mvidarr.settings import options, values

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


def open_data(config: Config, use: db.Options | None = None) -> None:
    """Point the models at the database and the settings at their sources.

    WAL needs shared memory, which network file systems do not give: there the journal is a file.
    """
    use = use or db.Options()
    on_network = disks.is_network(disks.filesystem_kind(config.data))
    if config.is_sqlite and on_network:
        use = replace(use, wal=False)
    db.connect(config.database_url, use)
    values.set_up(config.secrets)
    services.set_up(config)


@settings.on_change(options.log_level)
def apply_log_level() -> None:
    """Write as much to the log as the setting asks for; each process when it notices."""
    logs.set_level(LEVELS[settings.get(options.log_level)])
