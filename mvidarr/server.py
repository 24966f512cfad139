"""The web process: uvicorn on one socket, ended by TERM or INT."""

import logging
import signal
import socket

import uvicorn
from starlette.applications import Starlette

from mvidarr import app
from mvidarr.connections import Impatient
from mvidarr.core.config import Config
from mvidarr.system import boot
from tasks import waking

log = logging.getLogger(__name__)

GRACE = 3  # seconds for open streams; without it they would never end


def run(config: Config, listener: socket.socket) -> None:
    """Answer until TERM or INT, then finish what was begun."""
    boot.open_data(config)
    boot.apply_log_level()
    waking.connect(config)
    settings = options(app.create_app(config))
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # uvicorn raises the signal that ended it once more: by then it has done all that it asks for
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    log.info("web started address=%s", config.address)
    uvicorn.Server(settings).run(sockets=[listener])
    log.info("web ended")


def options(application: Starlette) -> uvicorn.Config:
    """How uvicorn serves: whoever sends nothing whole is not waited for."""
    return uvicorn.Config(
        application,
        http=Impatient,
        timeout_graceful_shutdown=GRACE,
        server_header=False,
        proxy_headers=False,
        access_log=False,
        log_config=None,
    )
