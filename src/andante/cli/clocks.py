"""`andante extend`: more time for what is late."""

from andante.cli.connection import Server
from andante.cli.remote import LOCAL, print_instances, print_tasks


def extend(
    *names: str,
    by: str = "",
    until: str = "",
    reason: str,
    element: str = "",
    sla: str = "",
    target: str = "",
    server: Server = LOCAL,
) -> None:
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
    with server.connect() as client:
        for name in names:
            if "-" in name:
                print_tasks([client.extend_task(name, **what)], server)
            else:
                print_instances([client.extend(name, element=element, **what)], server)
