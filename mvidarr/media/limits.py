"""What a hostile file may take of the machine: called first by each child that opens one."""

import os
import resource

MEMORY = 4 * 1024**3  # bytes of address space
CPU = 300  # seconds


def apply() -> None:
    """Bound this process and what it starts; run it after everything else."""
    os.nice(10)
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU)):
        _, hard = resource.getrlimit(kind)
        within = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (within, hard))
