"""`andante later`: a task that one has is put off until a moment."""

from andante.cli.connection import Server
from andante.cli.remote import LOCAL, each_of, print_tasks
from andante.client.shapes import Task


def later(*tasks: str, until: str = "", server: Server = LOCAL) -> int:
    """Put tasks that you have off until a moment.

    Parameters
    ----------
    until
        A moment, such as 2026-02-01T09:00: until then they leave your list in the pages. Without it they are back.
    """
    if not tasks:
        raise ValueError("name the tasks")
    done: list[Task] = []
    with server.connect() as client:
        refused = each_of(tasks, lambda task: done.append(client.task_action(task, "followUp", until=until)))
    print_tasks(done, server)
    return 1 if refused else 0
