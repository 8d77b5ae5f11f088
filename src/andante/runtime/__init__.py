"""The shell around the core: command loop, timers, outbox, jobs. It knows no BPMN."""

from andante.engine.commands import MoveToken
from andante.forms import FORM_JS, FieldView, FormView
from andante.runtime.clock import Clock, SystemClock, TestClock
from andante.runtime.clock_views import ClockView, ExtensionView, TargetView
from andante.runtime.deployment import Deployment
from andante.runtime.extending import Extension
from andante.runtime.held_jobs import JobStory
from andante.runtime.house_worker import HouseWorker
from andante.runtime.job_records import JobQuery, JobRecord, JobView, Topic
from andante.runtime.jobs import BY_PRIORITY, NEWEST, OLDEST
from andante.runtime.known import Known
from andante.runtime.live import ElementPlan, MigrationPlan
from andante.runtime.messages import Broadcast, Published
from andante.runtime.note import Note
from andante.runtime.operations import Cause, Causes, Looked, Operations
from andante.runtime.options import RuntimeSettings
from andante.runtime.outbox import Channel, Post
from andante.runtime.problem import Problem
from andante.runtime.replay import AwaitedView, CallView, OpenJobView, Past, TimerView
from andante.runtime.runtime import Runtime
from andante.runtime.stays import Passing, Stay, Stays, Stretch, stays_of
from andante.runtime.tasks import Signing
from andante.runtime.views import HistoryEntry, IncidentView, InstanceDetail, TokenView
from andante.runtime.wanted import wanted
from andante.store.archive import ArchivedRecord, ArchiveQuery
from andante.store.attachments import AttachmentRow
from andante.store.batches import BatchRecord, Chosen, Failure
from andante.store.facets import Facet
from andante.store.faults import StoreProblem, Unstorable
from andante.store.names import Names
from andante.store.reach import Reach
from andante.store.records import (
    DefinitionRecord,
    DeploymentRecord,
    InstanceQuery,
    InstanceRecord,
    Page,
    TaskQuery,
    TaskRecord,
)
from andante.store.roster import DeputyRow, PermitRow, TeamRow
from andante.store.saved_views import SavedView

__all__ = [
    "BY_PRIORITY",
    "FORM_JS",
    "NEWEST",
    "OLDEST",
    "ArchiveQuery",
    "ArchivedRecord",
    "AttachmentRow",
    "AwaitedView",
    "BatchRecord",
    "Broadcast",
    "CallView",
    "Cause",
    "Causes",
    "Channel",
    "Chosen",
    "Clock",
    "ClockView",
    "DefinitionRecord",
    "Deployment",
    "DeploymentRecord",
    "DeputyRow",
    "ElementPlan",
    "Extension",
    "ExtensionView",
    "Facet",
    "Failure",
    "FieldView",
    "FormView",
    "HistoryEntry",
    "HouseWorker",
    "IncidentView",
    "InstanceDetail",
    "InstanceQuery",
    "InstanceRecord",
    "JobQuery",
    "JobRecord",
    "JobStory",
    "JobView",
    "Known",
    "Looked",
    "MigrationPlan",
    "MoveToken",
    "Names",
    "Note",
    "OpenJobView",
    "Operations",
    "Page",
    "Passing",
    "Past",
    "PermitRow",
    "Post",
    "Problem",
    "Published",
    "Reach",
    "Runtime",
    "RuntimeSettings",
    "SavedView",
    "Signing",
    "Stay",
    "Stays",
    "StoreProblem",
    "Stretch",
    "SystemClock",
    "TargetView",
    "TaskQuery",
    "TaskRecord",
    "TeamRow",
    "TestClock",
    "TimerView",
    "TokenView",
    "Topic",
    "Unstorable",
    "stays_of",
    "wanted",
]
