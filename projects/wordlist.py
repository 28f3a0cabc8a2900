"""Names for runs whose scripts give none: an adjective, a noun and a number."""

import secrets

ADJECTIVES = (
    "amber bold brisk calm clear crisp deep early fair fresh gentle golden grand hazel keen late light lucid mild "
    "misty noble pale plain polar quick quiet rapid rare river royal silent silver soft solar spring steady still "
    "stone summer swift tidal true vivid warm wild winter wise young"
).split()
NOUNS = (
    "anchor arch bay beacon birch bridge brook canyon cedar cliff cloud comet coral creek dawn delta dune ember "
    "falcon fern field flame forest garden glade grove harbor heron hill island lake lantern leaf maple meadow moon "
    "mountain oak ocean orchard owl path pine prism rain reef ridge shore sky star stone sun thicket tower trail "
    "valley wave willow"
).split()


def run_name(number: int) -> str:
    """A name such as `river-stone-108`."""
    return f"{secrets.choice(ADJECTIVES)}-{secrets.choice(NOUNS)}-{number}"
