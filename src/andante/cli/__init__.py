"""The command line: `andante serve` runs a server, the other commands speak to one or work on files.

A command is imported when it is called: those that speak to a server need not wait for all of it to be read.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import version as version_of
from typing import Final, Literal

from cyclopts import App

from andante.cli.endings import carry_out, leave
from andante.cli.output import Json, print_json
from andante.cli.screen import Help, Screen, mistake

app: Final = App(
    name="andante",
    help="A BPM runtime: BPMN 2.0 processes, to-do lists, SLA clocks and reminders.",
    version=version_of("andante"),
    exit_on_error=False,
    print_error=True,
    console=Screen(),
    error_console=Screen(stderr=True),
    help_formatter=Help(),
    error_formatter=mistake,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
    default_parameter=None,
)
# Room, name, and what the room's own docstring begins with.
COMMANDS: Final = (
    ("server", "serve", "Run a server until it is told to stop. Each option is also ANDANTE_... in the environment."),
    ("server", "config", "Show the settings in force, and where each came from. Takes the options of serve."),
    ("remote", "deploy", "Deploy BPMN 2.0 XML files, DMN files, forms, or JSON definitions: all of them or none."),
    ("remote", "start", "Start an instance of the definition NAME."),
    ("remote", "instances", "List instances, newest first."),
    ("remote", "show", "Show an instance: where it is, its clocks, incidents and variables."),
    (
        "past",
        "replay",
        "Show an instance as it was: state, tokens, tasks, variables, timers, jobs, incidents and clocks.",
    ),
    ("upkeep", "verify", "Tell journals again and compare with what is stored. Exit 1 where something is wrong."),
    ("doctor", "doctor", "See what is wrong and what to do. Exit 0: nothing, 1: warnings, 2: errors."),
    ("audit", "audit", "Show the audit log, the newest first: who changed what, when, from where and why."),
    ("upkeep", "backup", "Copy a SQLite database to FILE while a server uses it."),
    ("remote", "suspend", "Suspend instances: their tasks leave the to-do lists, their clocks stop."),
    ("remote", "resume", "Resume suspended instances: they go on with the time that was left."),
    ("remote", "terminate", "End instances for good. Their tasks go to the history without an outcome."),
    ("remote", "retry", "Try again what raised the incidents of broken instances."),
    ("remote", "tasks", "List tasks."),
    ("remote", "complete", "Complete a task."),
    ("clocks", "extend", "Give SLA clocks of tasks or instances more time, with a reason."),
    ("later", "later", "Put tasks that you have off until a moment."),
    ("remote", "remind", "Remind those who hold tasks that you wait for. Of one task once in a few hours."),
    ("forms", "form", "Show the form of a task, or of a start: its fields, what they demand, and their values."),
    ("files", "examples", "Write the example models and their tests into the folder TO."),
    (
        "files",
        "lint",
        "Check models as a deployment would: BPMN 2.0 XML, DMN, forms, or JSON definitions (files named *.json).",
    ),
    ("files", "jobs", "List the types of jobs that models need workers for, and which element each is of."),
    ("testing", "test", "Run tests of processes, written in YAML, here and without a server."),
    (
        "assistants",
        "mcp",
        "Let an assistant work with a server in your name: the Model Context Protocol on standard input and output.",
    ),
    ("files", "evaluate", "Evaluate an expression, here and without a server."),
    ("files", "decide", "Evaluate a decision of a DMN file, here and without a server."),
)
FUNCTIONS: Final = {"test": "run_tests"}  # a function named test would be taken for one
for order, (room, name, summary) in enumerate(COMMANDS):
    app.command(f"andante.cli.{room}:{FUNCTIONS.get(name, name)}", name=name, help=summary, sort_key=order)
variables: Final = App(name="variables", help="The variables of an instance.", sort_key=99)
variables.command(
    "andante.cli.variables:set_variables",
    name="set",
    help="Set variables of an instance: name=value, once or several times.",
)
app.command(variables)
person: Final = App(name="person", help="The people who work with a server.", sort_key=100)
person.command("andante.cli.remote:add_person", name="add", help="Add a person.")
app.command(person)
task: Final = App(name="task", help="What you do with a task.", sort_key=98)
for action, (function, summary) in {
    "show": ("show_task", "Show a task: what you may do with it, how the vote stands, where it may be returned to."),
    "claim": ("claim", "Take a task that is offered to you."),
    "approve": ("approve", "Complete a task with the outcome that approves."),
    "reject": ("reject", "Complete a task with the outcome that rejects."),
    "transfer": ("transfer", "Hand a task over to the person TO."),
    "delegate": ("delegate", "Let the person TO act; the task comes back to you."),
    "resolve": ("resolve", "Give back a task that was delegated to you."),
    "comment": ("comment", "Say something about a task."),
    "sign": ("sign", "Let others sign, too: persons, or group:x, role:x, queue:x."),
    "return": ("send_back", 'Return a task to the earlier step TO, or to the "initiator".'),
}.items():
    task.command(f"andante.cli.tasks:{function}", name=action, help=summary)
app.command(task)
queues: Final = App(name="queues", help="Work queues, groups and roles.", sort_key=100)
queues.command("andante.cli.people:list_queues", name="list", help="List work queues, or with --kind groups or roles.")
queues.command("andante.cli.people:add_queue", name="add", help="Make a work queue, group or role.")
queues.command("andante.cli.people:delete_queue", name="delete", help="Delete a work queue, group or role.")
app.command(queues)
deputies: Final = App(name="deputies", help="Who stands in for whom.", sort_key=100)
deputies.command("andante.cli.people:list_deputies", name="list", help="List who stands in for whom.")
deputies.command("andante.cli.people:add_deputy", name="add", help="Name a deputy, from one day until another.")
deputies.command("andante.cli.people:delete_deputy", name="delete", help="End a deputy at once.")
app.command(deputies)
grants: Final = App(name="grants", help="Who may do what with which definitions, beyond the roles.", sort_key=100)
grants.command("andante.cli.grants:list_grants", name="list", help="List grants.")
grants.command("andante.cli.grants:grant", name="put", help="Grant actions with a definition.")
grants.command("andante.cli.grants:withdraw", name="delete", help="Take a grant back.")
app.command(grants)
keys: Final = App(name="keys", help="Keys: tokens for long, for programs of your own.", sort_key=100)
keys.command("andante.cli.keys:list_keys", name="list", help="List your keys, or with --person another's.")
keys.command("andante.cli.keys:add_key", name="add", help="Make a key; it is shown this once.")
keys.command("andante.cli.keys:revoke_key", name="revoke", help="Revoke a key.")
app.command(keys)
files: Final = App(name="attachments", help="Files at tasks and instances.", sort_key=100)
files.command("andante.cli.people:attachments", name="list", help="List the attachments of a task or an instance.")
files.command("andante.cli.people:attach", name="add", help="Attach a file to a task or an instance.")
files.command("andante.cli.people:download", name="get", help="Write an attachment to a file.")
files.command("andante.cli.people:delete_attachment", name="delete", help="Delete an attachment.")
app.command(files)
archive: Final = App(name="archive", help="Instances that are over and were put away.", sort_key=101)
archive.command("andante.cli.archive:list_archive", name="list", help="List archived instances, what ended last first.")
archive.command("andante.cli.archive:show_archived", name="show", help="Show an archived instance.")
archive.command("andante.cli.archive:export_archive", name="export", help="Write archived instances as lines of JSON.")
app.command(archive)
calendars: Final = App(name="calendars", help="Business calendars: what SLAs in working time count by.", sort_key=102)
for name, function, summary in (
    ("list", "list_calendars", "List business calendars."),
    ("show", "show_calendar", "Show a business calendar as a file that `set` takes, or with --year its days."),
    ("set", "set_calendar", "Save a business calendar from a JSON FILE; open SLA clocks that run by it follow."),
    ("delete", "delete_calendar", "Delete a business calendar that nothing uses."),
    ("due", "due", "When WORKING time from START on is over; or with --until how much lies between."),
):
    calendars.command(f"andante.cli.calendars:{function}", name=name, help=summary)
app.command(calendars)
tenant: Final = App(name="tenant", help="The tenants of a server, each with a database of its own.", sort_key=104)
for name, function, summary in (
    ("list", "list_tenants", "List tenants."),
    ("create", "create_tenant", "Make a tenant, with its first administrator."),
    ("suspend", "suspend_tenant", "Let a tenant stand still: nobody gets in, nothing of it runs."),
    ("resume", "resume_tenant", "Let a suspended tenant go on; what fell due meanwhile happens then."),
    ("set", "set_tenant", "Set what of the settings is a tenant's own: name=value; name= takes one back."),
    ("delete", "delete_tenant", "Delete a tenant: its database is put away."),
    (
        "doctor",
        "diagnose",
        "See what is wrong with any tenant, and what to do. Exit 0: nothing, 1: warnings, 2: errors.",
    ),
    ("log", "tenant_log", "Show what was done with tenants, when, from where and why."),
):
    tenant.command(f"andante.cli.tenants:{function}", name=name, help=summary)
app.command(tenant)
insight: Final = App(name="insight", help="How processes do, and what is likely to be late.", sort_key=103)
for function, summary in {
    "processes": "How processes did: counts, cycle times, SLAs in time.",
    "elements": "How each element of a process did; the bottleneck comes first.",
    "people": "Who completed how many tasks, and how long they took.",
    "workload": "Who has how many open tasks now, and how many of them are overdue.",
    "forecast": "How likely open tasks are to be late, by how long the same step took before.",
    "export": "Write the history of a process: XES for process mining, or CSV with a row for each activity.",
}.items():
    insight.command(f"andante.cli.insight:{function}", name=function, help=summary)
app.command(insight)
batch: Final = App(name="batch", help="The same with many instances or tasks.", sort_key=102)
for name, function, summary in (
    (
        "start",
        "start_batch",
        "Do the same with many instances (suspend, resume, terminate, retry, ...) or tasks (transferTasks, ...).",
    ),
    ("list", "list_batches", "List batches, the newest first."),
    ("show", "show_batch", "Show how far a batch is, and what it could not do."),
    ("pause", "pause_batch", "Stop a batch where it is."),
    ("resume", "resume_batch", "Let a batch go on, also one that failed."),
    ("approve", "approve_batch", "Let a batch begin that another person has asked for."),
    ("refuse", "refuse_batch", "Refuse a batch that another person has asked for."),
    ("withdraw", "withdraw_batch", "Withdraw a batch of your own that waits for a second person."),
    ("cancel", "cancel_batch", "End a batch. What has been done stays done."),
):
    batch.command(f"andante.cli.bulk:{function}", name=name, help=summary)
app.command(batch)
app.command(
    "andante.cli.bulk:task_groups", name="task-groups", sort_key=98,
    help="Count tasks in groups: by when they are due (due), or by process (process).",
)  # fmt: skip
view: Final = App(name="view", help="Saved views of task lists.", sort_key=103)
view.command("andante.cli.bulk:list_views", name="list", help="List saved views of task lists.")
view.command("andante.cli.bulk:save_view", name="save", help="Save filters of the task list under a name.")
view.command("andante.cli.bulk:delete_view", name="delete", help="Delete a saved view.")
app.command(view)

for room_name, about, parts in (
    ("notes", "Your notes, and tests that they arrive.", (
        ("list_notes", "list", "List your notes, newest first."),
        ("read_notes", "read", "Mark notes as read; without any named, all of yours."),
        ("send_test", "test", "Send a test to a person by each of their channels, or to webhook:NAME."),
    )),
    ("letters", "Notes on their way to people and programs.", (
        ("list_letters", "list", "List notes on their way: dead ones, or by --state."),
        ("retry_letters", "retry", "Send dead or waiting letters again, now."),
        ("discard_letters", "discard", "Never send dead or waiting letters."),
    )),
    ("events", "Events of instances and tasks on their way to programs.", (
        ("list_events", "list", "List where events go, and how many wait."),
        ("retry_events", "retry", "Send now what has failed."),
        ("discard_events", "discard", "Never send what waits."),
    )),
    ("endpoints", "Programs that are told: webhooks and Apprise addresses.", (
        ("list_endpoints", "list", "List webhooks and Apprise addresses."),
        ("add_endpoint", "add", "Add a webhook, or an address for Apprise. Its secret is printed once."),
        ("change_endpoint", "change", "Change an endpoint: url, kinds, disabled, or a new secret."),
        ("remove_endpoint", "remove", "Take an endpoint away."),
    )),
):  # fmt: skip
    group = App(name=room_name, help=about, sort_key=102)
    for function, name, summary in parts:
        module = "events" if room_name == "events" else "notes"
        group.command(f"andante.cli.{module}:{function}", name=name, help=summary)
    app.command(group)
app.command(
    "andante.cli.notes:preferences",
    name="preferences",
    help="Show how a person is told, or change what is given.",
    sort_key=102,
)


@app.command
def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print what a shell needs to complete the words of `andante`.

    For bash: source <(andante completion bash); likewise for zsh. For fish: andante completion fish | source
    """
    print(app.generate_completion(shell=shell))


@app.command
def version(*, json: Json = False) -> None:
    """Print the version."""
    print_json({"version": version_of("andante")}) if json else print(version_of("andante"))


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line; the exit code."""
    return carry_out(lambda: app(list(arguments)))


def main() -> None:
    """The program `andante`."""
    leave(run(sys.argv[1:]))
