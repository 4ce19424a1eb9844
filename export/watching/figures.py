"""What is counted for Prometheus."""

from math import log

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)  # of learned images


class Figures:
    """Counters of one loop, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        name = "lifelong_vae_{}".format
        self.images = Counter(name("images"), "Images scored", registry=registry)
        self.novel = Counter(name("novel_images"), "Images called novel", registry=registry)
        self.broken = Counter(
            name("broken_images"), "Rows with a value that no image has", registry=registry
        )
        self.alarms = Counter(name("drift_alarms"), "Drift alarms", registry=registry)
        self.learned = Counter(name("learned_tasks"), "Tasks learned, served", registry=registry)
        self.share = Gauge(
            name("novel_share"), "Share of novel images in the window", registry=registry
        )
        self.version = Gauge(
            name("served_version"), "Newest version that is served", registry=registry
        )
        self.novelty = Histogram(
            name("novelty_nats"),
            "-log of the share of learned images that are less typical",
            buckets=[round(-log(1 - quantile), 4) for quantile in QUANTILES],
            registry=registry,
        )

    def serve(self, port: int) -> None:
        """Answers `http://localhost:PORT/metrics` from a thread of its own."""
        start_http_server(port, registry=self.registry)
