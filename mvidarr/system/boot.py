"""Open the data folder: database and settings, the same way in every process."""

from dataclasses import replace

from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.governor import services
from mvidarr.media import disks
from mvidarr.settings import values


def open_data(config: Config, options: db.Options | None = None) -> None:
    """Point the models at the database and the settings at their sources.

    WAL needs shared memory, which network file systems do not give: there the journal is a file.
    """
    options = options or db.Options()
    on_network = disks.is_network(disks.filesystem_kind(config.data))
    if config.is_sqlite and on_network:
        options = replace(options, wal=False)
    db.connect(config.database_url, options)
    values.set_up(config.secrets)
    services.set_up(config)
