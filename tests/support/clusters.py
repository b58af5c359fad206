"""Clusters of Dask on this machine."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def cluster(workers: int) -> Iterator[Any]:
    """The client of a cluster of so many processes."""
    import dask
    from distributed import Client, LocalCluster

    # on a busy machine a process may take long to start, and to answer
    patience = {f"distributed.comm.timeouts.{each}": "1800s" for each in ("connect", "tcp")}
    with (
        dask.config.set(patience),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # any port that is free
        ) as local,
        Client(local, timeout="1800s") as client,
    ):
        yield client


@contextmanager
def one_killed(client: Any, after: int) -> Iterator[None]:
    """Let a worker be killed as soon as the sums of so many chunks are there; in the end it is replaced.

    It is the scheduler that counts and kills, so that it happens amid the work on any machine.
    """
    from distributed import SchedulerPlugin

    before: dict[str, int] = client.run(os.getpid)
    address, process = next(iter(before.items()))
    gone = threading.Event()

    class Killer(SchedulerPlugin):  # type: ignore[misc]
        name = "killer"
        done = 0

        def transition(self, key: Any, start: str, finish: str, *_: Any, **__: Any) -> None:
            if finish == "memory" and str(key).startswith("sums_of"):
                self.done += 1
                if self.done == after:
                    os.kill(process, signal.SIGKILL)

        def remove_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
            if worker == address:
                gone.set()

    scheduler, killer = client.cluster.scheduler, Killer()
    scheduler.add_plugin(killer)
    try:
        yield
        assert killer.done >= after
        assert gone.wait(1_800)
    finally:
        scheduler.remove_plugin("killer")
    client.wait_for_workers(len(before))
    assert {*before.values()} - {*client.run(os.getpid).values()} == {process}
