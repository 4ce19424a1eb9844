"""The first sentences of a report: what came out."""

from keras_lifelong_vae.experiments.report import summary
from keras_lifelong_vae.experiments.report.contents import Contents
from keras_lifelong_vae.experiments.report.summary import Quantity, Spread
from keras_lifelong_vae.strategies.strategy import ALL_DATA

OWN, NAIVE, FULL, WITHOUT = "lifelong", "naive", "full-batch", "no-consistency"


def opening(contents: Contents) -> str:
    """At most three sentences; empty without a run of lifelong."""
    if OWN not in contents.by_strategy:
        return ""
    parts = (_remembered(contents), _best(contents), _generated(contents))
    return " ".join(part for part in parts if part)


def _remembered(contents: Contents) -> str:
    bounds, kept = (_spreads(contents, one) for one in (summary.BOUND, summary.RETENTION))
    text = (
        f"After {len(contents.tasks)} tasks, learned one after another and none kept, {OWN} has a "
        f"-ELBO of {bounds[OWN].mean:.2f} nats per test image"
    )
    if NAIVE in bounds and FULL in bounds:
        text += (
            f"; {NAIVE}, which does nothing against forgetting, has {bounds[NAIVE].mean:.2f}, and "
            f"{FULL}, which has all data at once, {bounds[FULL].mean:.2f}"
        )
    if OWN in kept:
        text += f": a retention of {kept[OWN].mean:.3f}"
    return f"{text}."


def _best(contents: Contents) -> str:
    """Who is better without keeping data, and what for."""
    bounds, groups = _spreads(contents, summary.BOUND), contents.by_strategy
    keeps = {name: runs[0].keeps for name, runs in groups.items()}
    rivals = {name: bounds[name].mean for name in bounds if keeps[name] != ALL_DATA}
    best = min(rivals, key=lambda name: rivals[name])
    if best == OWN or len(groups[best]) < len(contents.seeds):
        return ""
    return f"Lower without data is {best}, {rivals[best]:.2f}, which keeps {keeps[best]}."


def _generated(contents: Contents) -> str:
    distances = _spreads(contents, summary.FRECHET)
    if OWN not in distances:
        return ""
    others = [f"{name}'s {distances[name].mean:.1f}" for name in (NAIVE, FULL) if name in distances]
    own = f"What {OWN} generates has a Fréchet distance of {distances[OWN].mean:.1f} to test images"
    text = ", ".join([own, *others]) + "."
    if WITHOUT in distances and distances[WITHOUT].mean < distances[OWN].mean:
        text += f" {_without_consistency(distances[WITHOUT], distances[OWN])}"
    return text


def _without_consistency(without: Spread, own: Spread) -> str:
    apart = own.mean - without.mean
    scatter = max(without.deviation or 0.0, own.deviation or 0.0)
    within = "less" if apart < scatter else "more"
    return (
        f"Without the consistency KL it is {apart:.1f} lower, {within} than one standard deviation "
        "over seeds: the KL holds posteriors of what is replayed, not what is generated."
    )


def _spreads(contents: Contents, quantity: Quantity) -> dict[str, Spread]:
    return summary.spreads(quantity, contents.runs)
