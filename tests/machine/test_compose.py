"""Dockerfile and docker-compose.yml agree with the settings, without needing an engine."""

import re
from typing import Any

import pytest
import yaml

from rectify.machine.folders import ROOT
from rectify.settings.environment import ENVIRONMENT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = ("web", "worker", "beat")
# Read by docker-compose itself or by PostgreSQL's image, not by Rectify.
ELSEWHERE = {"PORT", "POSTGRES_PASSWORD"}


def interpolations() -> list[tuple[str, str]]:
    """Every ${NAME…} of the file with what follows the name."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return re.findall(r"\$\{(\w+)([^}]*)\}", text)


def test_the_five_services_are_there() -> None:
    assert set(SERVICES) == {*OURS, "redis", "postgres"}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_settings_read(name: str) -> None:
    given = set(SERVICES[name]["environment"])
    assert given - set(ENVIRONMENT) == set()
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"} <= given
    assert SERVICES[name]["environment"]["DJANGO_SETTINGS_MODULE"] == "rectify.settings.prod"


def test_every_placeholder_is_known() -> None:
    assert {name for name, _ in interpolations()} - set(ENVIRONMENT) - ELSEWHERE == set()


@pytest.mark.parametrize("secret", ["SECRET_KEY", "POSTGRES_PASSWORD"])
def test_a_secret_has_no_default_and_must_be_given(secret: str) -> None:
    rules = [rule for name, rule in interpolations() if name == secret]
    assert rules
    assert all(rule.startswith(":?") for rule in rules)


def test_no_secret_is_written_down() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"KEY|PASSWORD|SECRET", name):
                assert str(value).startswith("${"), name
    assert not re.search(r"^ENV\b.*(SECRET|PASSWORD)", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_has_a_health_check_and_comes_back_after_a_crash(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_web_waits_for_its_servers_and_the_others_for_web() -> None:
    assert SERVICES["web"]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }
    for name in ("worker", "beat"):
        assert SERVICES[name]["depends_on"] == {"web": {"condition": "service_healthy"}}


def test_redis_refuses_rather_than_forgets() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_only_the_site_is_reachable_and_only_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_whatever_is_kept_lies_in_a_named_volume() -> None:
    used = {
        mount.partition(":")[0]
        for service in SERVICES.values()
        for mount in service.get("volumes", [])
    }
    assert used == set(COMPOSE["volumes"])


def test_the_image_runs_without_root_with_hashed_requirements_and_its_own_fonts() -> None:
    assert re.search(r"^FROM python:3\.11-slim-bookworm$", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^USER rectify$", DOCKERFILE, re.MULTILINE)
    assert "--require-hashes" in DOCKERFILE
    assert "-m rectify.machine.fonts" in DOCKERFILE
    assert "libpangoft2-1.0-0" in DOCKERFILE
    assert '"rectify.machine.health", "web"' in DOCKERFILE


def test_the_programs_that_back_up_are_of_the_server_s_version() -> None:
    server = re.match(r"postgres:(\d+)-", SERVICES["postgres"]["image"])
    assert server is not None
    assert f"postgresql-client-{server[1]} " in DOCKERFILE


def test_the_variables_of_the_image_are_ones_that_the_settings_read() -> None:
    lines = re.findall(r"^ENV ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)
    given = set(re.findall(r"(\w+)=", " ".join(lines)))
    python = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "LC_ALL"}
    assert given - python - set(ENVIRONMENT) == set()
