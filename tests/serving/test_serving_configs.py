"""What `export/` gives the server to read is what the server can read."""

import re

import pytest
import yaml
from google.protobuf import text_format
from serving_helpers import EXPORT, NAME, ROOT
from serving_protos import message_class
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

# Flags of tensorflow_model_server that the compose file may use.
FLAGS = {
    "model_config_file",
    "model_config_file_poll_wait_seconds",
    "file_system_poll_wait_seconds",
    "enable_batching",
    "batching_parameters_file",
    "monitoring_config_file",
}


def parsed(file, message):
    return text_format.Parse((EXPORT / file).read_text(encoding="utf-8"), message)


@pytest.fixture(scope="module")
def service():
    """The one service of docker-compose.yml."""
    compose = yaml.safe_load((EXPORT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert set(compose) == {"services"}
    (service,) = compose["services"].values()
    return service


@pytest.fixture(scope="module")
def mounts(service):
    """Directory in the container to directory here."""
    pairs = [volume.removesuffix(":ro").rsplit(":", 1) for volume in service["volumes"]]
    defaults = {inside: re.sub(r"\$\{\w+:-(.*)\}", r"\1", outside) for outside, inside in pairs}
    return {inside: (EXPORT / outside).resolve() for inside, outside in defaults.items()}


def test_models_config_serves_the_two_newest_versions_of_the_default_model():
    (model,) = parsed("models.config", ModelServerConfig()).model_config_list.config
    assert model.name == NAME
    assert model.base_path == f"/models/{NAME}"
    assert model.model_platform == "tensorflow"
    assert model.model_version_policy.latest.num_versions == 2


def test_models_config_says_how_to_pin_a_version():
    text = (EXPORT / "models.config").read_text(encoding="utf-8")
    (policy,) = re.findall(r"# .*(model_version_policy \{.*\})$", text, re.MULTILINE)
    pinned = re.sub(r"^ +model_version_policy \{.*\}$", policy, text, flags=re.MULTILINE)
    (model,) = text_format.Parse(pinned, ModelServerConfig()).model_config_list.config
    assert list(model.model_version_policy.specific.versions) == [1]


def test_batching_config_takes_as_many_rows_as_the_clients_send():
    batching = parsed("batching.config", message_class("BatchingParameters")())
    source = (EXPORT / "client" / "asking.py").read_text(encoding="utf-8")
    (rows,) = re.findall(r"^ROWS_AT_ONCE = (\d+)", source, re.MULTILINE)
    assert batching.max_batch_size.value == int(rows)
    assert 0 < batching.batch_timeout_micros.value <= 10_000
    assert batching.num_batch_threads.value >= 1
    assert batching.max_enqueued_batches.value >= 1
    assert not batching.allowed_batch_sizes


def test_monitoring_config_shows_figures_where_the_readme_says():
    monitoring = parsed("monitoring.config", message_class("MonitoringConfig")())
    assert monitoring.prometheus_config.enable
    path = monitoring.prometheus_config.path
    assert f"localhost:8501{path}" in (EXPORT / "README.md").read_text(encoding="utf-8")


def test_a_field_that_does_not_exist_would_be_noticed():
    with pytest.raises(text_format.ParseError, match="max_batch"):
        text_format.Parse("max_batch { value: 1 }", message_class("BatchingParameters")())


def test_image_is_the_official_one_of_the_pinned_version(service):
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    (pinned,) = re.findall(r"^tensorflow-serving-api==(.*)$", constraints, re.MULTILINE)
    assert service["image"] == f"tensorflow/serving:{pinned}"
    assert f"tensorflow=={pinned}" in constraints.splitlines()


def test_every_file_that_the_server_is_told_to_read_is_mounted(service, mounts):
    flags = dict(flag.removeprefix("--").split("=") for flag in service["command"])
    assert set(flags) == FLAGS
    files = [value for name, value in flags.items() if name.endswith("_file")]
    for file in files:
        directory, name = file.rsplit("/", 1)
        assert (mounts[directory] / name).is_file()
    assert len(files) == 3


def test_models_are_mounted_from_where_the_readme_exports_to(mounts):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (to,) = set(re.findall(r"lifelong-vae export \S+ --to (\S+)", readme))
    assert mounts == {"/models": ROOT / to, "/config": EXPORT}


def test_ports_are_the_clients_defaults(service):
    assert service["ports"] == ["8500:8500", "8501:8501"]
    for script, port in (("grpc_client.py", 8500), ("rest_client.py", 8501)):
        assert f'"localhost:{port}"' in (EXPORT / script).read_text(encoding="utf-8")
