"""Documents of the SDK that this server does not answer, by name, with the reason."""

SWEEPS = "sweeps: searching hyperparameters"
LAUNCH = "launch: queues and agents that start jobs"
REPORTS = "reports: written pages, and the chart presets they are made of"
AUTOMATIONS = "automations: rules on registries"

REASONS = (SWEEPS, LAUNCH, REPORTS, AUTOMATIONS)


def _because(reason: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


NOT_SERVED: dict[str, str] = {
    **_because(
        SWEEPS,
        "CreateAgent EnqueueSweepRun GetAgentRuns GetSweep GetSweepAgent GetSweepAgents GetSweepLegacy GetSweepState GetSweeps "
        "Heartbeat SweepConfig SweepRunsWithHistory SweepWatchedRuns SweepWithRuns UpsertSweep UpsertSweepState",
    ),
    **_because(
        LAUNCH,
        "CreateDefaultResourceConfig CreateRunQueue DeleteFromRunQueue DeleteRunQueue GetDefaultResourceConfig GetRunQueueItem "
        "GetRunQueueItems GetRunQueueMetadata LaunchAgent ProjectRunQueues UpsertRunQueue ackRunQueueItem createLaunchAgent "
        "failRunQueueItem fetchRunQueuesFromProject popFromRunQueue pushToRunQueue pushToRunQueueByName updateLaunchAgent "
        "updateRunQueueItemWarning",
    ),
    **_because(REPORTS, "CreateCustomChart ProjectViews"),
    **_because(
        AUTOMATIONS,
        "CreateAutomation CreateGenericWebhookIntegration DeleteAutomation GetAutomationsLegacy GetEntityAutomations "
        "GetEntityAutomationsLegacy GetOrgAutomations IntegrationsByEntity UpdateAutomation",
    ),
}
