"""Run: one execution with its config, summary and files."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models.projects import Project
from storage.models import Upload

if TYPE_CHECKING:
    from access.models import User

HEARTBEAT_LIMIT = timedelta(minutes=5)


class RunQuerySet(models.QuerySet["Run"]):
    """Runs by who may see them."""

    def visible_to(self, user: User) -> RunQuerySet:
        """Undeleted runs of the projects that `user` sees."""
        return self.filter(deleted_at=None, project__in=Project.objects.visible_to(user))


class Run(models.Model):
    """One execution. `name` is its id within the project; `state` is read through `current_state`.

    `config` is `{key: value}` as the script gave it; `client_info` is what the client notes about itself and wants back
    when it resumes; `resumed` says that it has, and streams next; `begun` notes where the lines of one that begins it anew
    start, until they come, and of a file that is sent again (projects/services/anew.py). `history_keys` is `{key: [kinds of
    its values]}`, nested keys joined by dots. `writers` says where the lines lie that several processes stream together:
    `{writer: {stream: stretches}}` (projects/writers.py).
    """

    class State(models.TextChoices):
        """What has become of it; killed and crashed differ in who says so."""

        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"
        CRASHED = "crashed"
        KILLED = "killed"
        PREEMPTED = "preempted"

    project = models.ForeignKey(Project, models.CASCADE, related_name="runs")
    name = models.CharField(max_length=128)
    display_name = models.CharField(max_length=256)
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    exit_code = models.IntegerField(null=True)
    preempting = models.BooleanField(default=False)
    resumed = models.BooleanField(default=False)
    begun = models.JSONField(default=dict)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="runs", null=True)
    config = models.JSONField(default=dict)
    client_info = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    notes = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    group = models.CharField(max_length=256, blank=True)
    job_type = models.CharField(max_length=256, blank=True)
    commit = models.CharField(max_length=128, blank=True)
    repository = models.CharField(max_length=512, blank=True)
    program = models.CharField(max_length=512, blank=True)
    host = models.CharField(max_length=256, blank=True)
    history_lines = models.IntegerField(default=0)
    system_lines = models.IntegerField(default=0)
    console_lines = models.IntegerField(default=0)
    last_step = models.BigIntegerField(null=True)
    history_keys = models.JSONField(default=dict)
    writers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="run_name_unique")]
        indexes = [
            # Without the deleted ones, so that counting the runs of a project reads the index alone.
            models.Index(fields=["project", order, "-id"], condition=models.Q(deleted_at=None), name=name)
            for order, name in (
                ("-created_at", "run_alive_newest"),
                ("-heartbeat_at", "run_alive_latest"),
                ("-display_name", "run_alive_by_name"),
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.name

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come from it for five minutes."""
        return timezone.now() - self.heartbeat_at > HEARTBEAT_LIMIT

    @property
    def current_state(self) -> str:
        """The state as of now: a run silent for five minutes has crashed, or was preempted if it had said so."""
        if self.state != self.State.RUNNING or not self.is_silent:
            return self.state
        return self.State.PREEMPTED if self.preempting else self.State.CRASHED


def in_state(state: str) -> models.Q:
    """The runs whose `Run.current_state` it is; none for a word that is no state."""
    State = Run.State
    silent = models.Q(state=State.RUNNING, heartbeat_at__lt=timezone.now() - HEARTBEAT_LIMIT)
    stored = models.Q(state=state)
    if state == State.RUNNING:
        return stored & ~silent
    if state in {State.CRASHED, State.PREEMPTED}:
        return stored | silent & models.Q(preempting=state == State.PREEMPTED)
    return stored


def state_now() -> models.Case:
    """`Run.current_state` for the database to sort by."""
    silent = [models.When(in_state(state), then=models.Value(str(state))) for state in ("crashed", "preempted")]
    return models.Case(*silent, default=models.F("state"), output_field=models.CharField())


class RunFile(models.Model):
    """A file of a run, such as `output.log` or `media/images/a.png`; its bytes are its latest upload's."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="files")
    name = models.TextField()
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="run_file_unique")]

    def __str__(self) -> str:
        return self.name
