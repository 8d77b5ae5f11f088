"""`andante later`: a task that one has is put off until a moment."""

from andante.cli.connection import Server
from andante.cli.remote import LOCAL, print_tasks


def later(*tasks: str, until: str = "", server: Server = LOCAL) -> None:
    """Put tasks that you have off until a moment.

    Parameters
    ----------
    until
        A moment, such as 2026-02-01T09:00: until then they leave your list in the pages. Without it they are back.
    """
    if not tasks:
        raise ValueError("name the tasks")
    with server.connect() as client:
        print_tasks([client.task_action(task, "followUp", until=until) for task in tasks], server)
