"""The synchronous client."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from types import TracebackType
from typing import Any, Generic, ParamSpec, TypeVar, final, overload

import httpx

from andante.client import (
    attaching,
    auditing,
    bulk,
    calls,
    deploying,
    evaluating,
    forms,
    insight,
    live,
    people,
    replaying,
    telling,
    upkeep,
)
from andante.client import calendars as working
from andante.client import timeline as told
from andante.client.calls import Call
from andante.client.errors import Unreachable
from andante.client.session import LONGEST_WAIT_S, TIMEOUT, TRY_AGAIN, Session, certificates, failure, result, said
from andante.client.shapes import Job

P = ParamSpec("P")
T = TypeVar("T")


@final
class Endpoint(Generic[P, T]):
    """A call of `andante.client.calls` as a method: the same parameters, and the result."""

    def __init__(self, make: Callable[P, Call[T]]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> "Endpoint[P, T]": ...
    @overload
    def __get__(self, client: "Client", owner: type) -> Callable[P, T]: ...
    def __get__(self, client: "Client | None", owner: type) -> "Endpoint[P, T] | Callable[P, T]":
        if client is None:
            return self
        known = client

        def method(*args: P.args, **named: P.kwargs) -> T:
            return known.send(self._make(*args, **named))

        return method


@final
class Client:
    """A server's API with its methods as Python's: `client.start("Order", {"amount": 5})`.

    Each raises Refused when the server says no and Unreachable when there is no answer. 429 and 503 mean that nothing
    was done: they are tried again, up to `attempts` times in all, after the time the server asks for or `wait` seconds,
    doubled each time,
    unless that is long (30 seconds). `tenant` names one where the address does not.
    A broken connection is tried again only for reading. Threads may share it.
    """

    def __init__(
        self,
        url: str,
        client_id: str = "",
        client_secret: str = "",
        *,
        token: str = "",
        attempts: int = 5,
        wait: float = 0.2,
        tenant: str = "",
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.session = Session(url, client_id, client_secret, token=token, attempts=attempts, wait=wait, tenant=tenant)
        self._http = httpx.Client(timeout=TIMEOUT, transport=transport, verify=certificates(url))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    deploy_xml = Endpoint(calls.deploy_xml)
    deploy_files = Endpoint(deploying.deploy_files)
    deploy_json = Endpoint(calls.deploy_json)
    modify_json = Endpoint(calls.modify_json)
    definitions = Endpoint(calls.definitions)
    definition = Endpoint(calls.definition)
    definition_xml = Endpoint(calls.definition_xml)
    definition_action = Endpoint(calls.definition_action)
    delete_definition = Endpoint(calls.delete_definition)

    start = Endpoint(calls.start)
    instances = Endpoint(calls.instances)
    instance = Endpoint(calls.instance)
    act = Endpoint(calls.act)
    extend = Endpoint(calls.extend)
    move = Endpoint(live.move)
    modify = Endpoint(live.modify)
    migrate = Endpoint(live.migrate)
    check_migration = Endpoint(live.check_migration)
    delete_instance = Endpoint(calls.delete_instance)
    variables = Endpoint(calls.variables)
    set_variables = Endpoint(calls.set_variables)
    history = Endpoint(calls.history)
    replay = Endpoint(replaying.replay)
    timeline = Endpoint(told.timeline)
    deploy_form = Endpoint(forms.deploy_form)
    start_form = Endpoint(forms.start_form)
    task_form = Endpoint(forms.task_form)
    calendars = Endpoint(working.calendars)
    calendar = Endpoint(working.calendar)
    add_calendar = Endpoint(working.add_calendar)
    save_calendar = Endpoint(working.save_calendar)
    delete_calendar = Endpoint(working.delete_calendar)
    calendar_year = Endpoint(working.calendar_year)
    due_date = Endpoint(working.due_date)
    working_time = Endpoint(working.working_time)
    verify = Endpoint(upkeep.verify)
    diagnose = Endpoint(upkeep.diagnose)
    audit = Endpoint(auditing.audit)
    audit_row = Endpoint(auditing.audit_row)
    export_audit = Endpoint(auditing.export_audit)
    verify_audit = Endpoint(auditing.verify_audit)
    archived_instances = Endpoint(upkeep.archived_instances)
    archived_instance = Endpoint(upkeep.archived_instance)
    delete_archived = Endpoint(upkeep.delete_archived)
    report_processes = Endpoint(insight.report_processes)
    report_versions = Endpoint(insight.report_versions)
    report_elements = Endpoint(insight.report_elements)
    report_people = Endpoint(insight.report_people)
    report_queues = Endpoint(insight.report_queues)
    workload = Endpoint(insight.workload)
    forecast = Endpoint(insight.forecast)
    export_history = Endpoint(insight.export_history)
    find_tasks = Endpoint(bulk.find_tasks)
    task_counts = Endpoint(bulk.task_counts)
    task_groups = Endpoint(bulk.task_groups)
    views = Endpoint(bulk.views)
    save_view = Endpoint(bulk.save_view)
    change_view = Endpoint(bulk.change_view)
    delete_view = Endpoint(bulk.delete_view)
    bulk_tasks = Endpoint(bulk.bulk_tasks)
    start_batch = Endpoint(bulk.start_batch)
    batches = Endpoint(bulk.batches)
    batch = Endpoint(bulk.batch)
    batch_action = Endpoint(bulk.batch_action)
    batch_failures = Endpoint(bulk.batch_failures)

    tasks = Endpoint(calls.tasks)
    task = Endpoint(calls.task)
    task_action = Endpoint(calls.task_action)
    extend_task = Endpoint(calls.extend_task)

    attach = Endpoint(attaching.attach)
    attachments = Endpoint(attaching.attachments)
    attachment = Endpoint(attaching.attachment)
    delete_attachment = Endpoint(attaching.delete_attachment)
    comments = Endpoint(attaching.comments)

    publish = Endpoint(calls.publish)
    broadcast = Endpoint(calls.broadcast)
    evaluate_conditions = Endpoint(calls.evaluate_conditions)
    activate_jobs = Endpoint(calls.activate_jobs)
    complete_job = Endpoint(calls.complete_job)
    fail_job = Endpoint(calls.fail_job)
    throw_error = Endpoint(calls.throw_error)
    extend_job = Endpoint(calls.extend_job)
    evaluate = Endpoint(evaluating.evaluate)
    decide = Endpoint(evaluating.decide)

    me = Endpoint(told.me)
    persons = Endpoint(people.persons)
    person = Endpoint(people.person)
    add_person = Endpoint(people.add_person)
    change_person = Endpoint(people.change_person)
    clients = Endpoint(people.clients)
    add_client = Endpoint(people.add_client)
    change_client = Endpoint(people.change_client)
    renew_secret = Endpoint(people.renew_secret)
    end_former_secret = Endpoint(people.end_former_secret)
    revoke_client = Endpoint(people.revoke_client)
    keys = Endpoint(people.keys)
    add_key = Endpoint(people.add_key)
    revoke_key = Endpoint(people.revoke_key)
    teams = Endpoint(people.teams)
    team = Endpoint(people.team)
    add_team = Endpoint(people.add_team)
    change_team = Endpoint(people.change_team)
    delete_team = Endpoint(people.delete_team)
    deputies = Endpoint(people.deputies)
    add_deputy = Endpoint(people.add_deputy)
    change_deputy = Endpoint(people.change_deputy)
    delete_deputy = Endpoint(people.delete_deputy)
    grants = Endpoint(people.grants)
    grant = Endpoint(people.grant)
    withdraw_grant = Endpoint(people.withdraw_grant)
    set_clock = Endpoint(calls.set_clock)

    notes = Endpoint(telling.notes)
    mark_note = Endpoint(telling.mark_note)
    preferences = Endpoint(telling.preferences)
    set_preferences = Endpoint(telling.set_preferences)
    letters = Endpoint(telling.letters)
    letter_action = Endpoint(telling.letter_action)
    events = Endpoint(telling.events)
    event_action = Endpoint(telling.event_action)
    test_notes = Endpoint(telling.test_notes)
    endpoints = Endpoint(telling.endpoints)
    add_endpoint = Endpoint(telling.add_endpoint)
    change_endpoint = Endpoint(telling.change_endpoint)
    remove_endpoint = Endpoint(telling.remove_endpoint)

    def stream_jobs(
        self, types: Sequence[str], *, worker: str = "", max_jobs: int = 32, lock: str = "PT30S"
    ) -> Generator[Job]:
        """Jobs of `types` as they come, each locked for `lock` (ISO 8601): the worker holds up to `max_jobs`, and gets
        the next when it has reported one. Ends when the server does; `close()` it to go away. Raises Refused or
        Unreachable."""
        call = calls.stream_jobs(types, worker=worker, max_jobs=max_jobs, lock=lock)
        with closing(self.lines(call, calls.sent_job)) as jobs:
            for job in jobs:
                if job is not None:
                    yield job

    def lines(self, call: Call[bytes], read: Callable[[str], T]) -> Generator[T]:
        """What each line of an answer says that goes on and on. Raises Refused or Unreachable."""
        response = self._answered(call, stream=True)
        try:
            if response.status_code >= 400:
                response.read()
                raise failure(response)
            for line in response.iter_lines():
                yield read(line)
        except httpx.RequestError as fault:
            raise Unreachable(f"{self.session.url} does not go on: {said(fault)}.") from None
        finally:
            response.close()

    def send(self, call: Call[T]) -> T:
        """Carry out a call. Raises Refused or Unreachable."""
        return result(call, self._answered(call))

    def _answered(self, call: Call[Any], *, stream: bool = False) -> httpx.Response:
        renewed = False
        while True:
            if self.session.needs_token:
                # 429 says that the secret was wrong too often: trying again makes it worse.
                self.session.take_token(self._exchange(self.session.token_request, reading=True, again=(503,)))
            response = self._exchange(
                lambda: self.session.request(call), reading=call.method == "GET", again=TRY_AGAIN, stream=stream
            )
            if response.status_code != 401 or renewed or not self.session.drop_token():
                return response
            response.close()
            renewed = True

    def _exchange(
        self, make: Callable[[], httpx.Request], *, reading: bool, again: tuple[int, ...], stream: bool = False
    ) -> httpx.Response:
        for attempt in range(self.session.attempts):
            last = attempt + 1 == self.session.attempts
            try:
                response = self._http.send(make(), stream=stream)
            except httpx.RequestError as fault:
                unsent = isinstance(fault, httpx.ConnectError)
                if last or not (reading or unsent):
                    raise Unreachable(f"No answer from {self.session.url}: {said(fault)}.") from None
                pause = self.session.wait * 2.0**attempt
            else:
                pause = self.session.pause(response, attempt)
                if last or response.status_code not in again or pause > LONGEST_WAIT_S:
                    return response
                response.close()
            time.sleep(pause)
        raise AssertionError("attempts is at least 1")
