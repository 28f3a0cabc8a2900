"""What the SDK can ask for and this server does not do, told as such instead of as fields that nobody knows."""

from __future__ import annotations

from graphql import DocumentNode, FieldNode, Visitor, visit

SWEEPS = (
    "Sweeps are not served here: start a run for each configuration from your own script, and compare them under Runs."
)
LAUNCH = "Launch is not served here: there are no queues and no agents; start jobs by the scheduler of your machines."
REPORTS = "Reports are not served here: write into cards and the notes of runs, and share comparisons by their address."
AUTOMATIONS = (
    "Automations and integrations are not served here: a job of yours can look at the alias that it waits for."
)
FIELDS = {
    **dict.fromkeys(
        "sweep sweeps totalSweeps upsertSweep createAgent agentHeartbeat enqueueSweepRun agents".split(), SWEEPS
    ),
    **dict.fromkeys(
        "runQueue runQueues createRunQueue upsertRunQueue deleteRunQueues pushToRunQueue pushToRunQueueByName "
        "popFromRunQueue ackRunQueueItem failRunQueueItem deleteFromRunQueue updateRunQueueItemWarning launchAgent "
        "createLaunchAgent updateLaunchAgent defaultResourceConfig createDefaultResourceConfig".split(),
        LAUNCH,
    ),
    **dict.fromkeys("allViews upsertView deleteView createCustomChart".split(), REPORTS),
    **dict.fromkeys(
        "triggers createFilterTrigger updateFilterTrigger deleteTrigger integrations createGenericWebhookIntegration".split(),
        AUTOMATIONS,
    ),
}


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.reason = ""

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.reason = self.reason or FIELDS.get(node.name.value, "")


def reason_for(document: DocumentNode) -> str:
    """Why a document that is not valid here is not: the subject that it belongs to; empty for any other."""
    finder = _Finder()
    visit(document, finder)
    return finder.reason
