"""`andante extend`: more time for what is late."""

from andante.cli.connection import Server
from andante.cli.output import print_json
from andante.cli.remote import LOCAL, each_of, print_instances, print_tasks
from andante.client.shapes import Instance, Task


def extend(
    *names: str,
    by: str = "",
    until: str = "",
    reason: str,
    element: str = "",
    sla: str = "",
    target: str = "",
    server: Server = LOCAL,
) -> int:
    """Give SLA clocks of tasks or instances more time, with a reason.

    Parameters
    ----------
    names
        Ids of tasks or instances.
    by
        An ISO 8601 duration such as PT4H, of working time where a target counts that.
    until
        Or a moment: the last of the targets is due then, or the one that is named.
    reason
        Why; it is kept in the history.
    element
        Of an instance: the stage whose clocks are meant; the process's own if absent.
    sla
        Only the clock of this name.
    target
        goal, deadline or a milestone; all that are still to come if absent.
    """
    if not names:
        raise ValueError("name the tasks or instances to extend")
    what = {"by": by, "until": until, "reason": reason, "sla": sla, "target": target}
    done: list[Instance | Task] = []
    with server.connect() as client:

        def work(name: str) -> None:
            of_task = "-" in name
            done.append(client.extend_task(name, **what) if of_task else client.extend(name, element=element, **what))

        refused = each_of(names, work)
    if server.json:
        print_json(done)
        return 1 if refused else 0
    tasks, instances = [t for t in done if isinstance(t, Task)], [i for i in done if isinstance(i, Instance)]
    if tasks:
        print_tasks(tasks, server)
    if instances:
        print_instances(instances, server)
    return 1 if refused else 0
