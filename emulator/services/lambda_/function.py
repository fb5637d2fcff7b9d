"""Functions, their versions and aliases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.core.arns import Arn
from emulator.runtimes.base import FunctionSpec
from emulator.services.lambda_ import errors
from emulator.services.lambda_.code import Code
from emulator.services.lambda_.event_config import EventInvokeConfig
from emulator.services.lambda_.names import LATEST
from emulator.services.lambda_.policy import Policy
from emulator.services.lambda_.url import FunctionUrl


def logging_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """``LoggingConfig`` with AWS's defaults (AWS docs, "Configuring advanced logging controls")."""
    given: dict[str, Any] = {"LogFormat": "Text"} | config.get("LoggingConfig", {})
    levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    return (levels if given["LogFormat"] == "JSON" else {}) | given


@dataclass(slots=True)
class Version:
    """``$LATEST`` or a published number; ``config`` holds the configuration in AWS's members."""

    number: str
    config: dict[str, Any]
    code: Code
    revision_id: str
    last_modified: str
    layers: tuple[Path, ...] = ()
    """Where the layers of the configuration are unpacked."""

    @property
    def uses_snapshot(self) -> bool:
        """SnapStart is for published versions only (AWS docs, "Improving startup performance with SnapStart")."""
        chosen = self.config.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions"
        return chosen and self.number != LATEST


@dataclass(slots=True)
class Provisioned:
    """Provisioned concurrency of one version or alias."""

    requested: int
    last_modified: str


@dataclass(slots=True)
class Alias:
    """A name for a version; ``weights`` sends a share of the invocations to another one."""

    name: str
    version: str
    description: str
    revision_id: str
    weights: dict[str, float] = field(default_factory=dict)

    def choose(self, draw: Callable[[float, float], float]) -> str:
        """The version of one invocation; ``draw(low, high)`` gives a number in that range."""
        for version, weight in self.weights.items():
            if draw(0.0, 1.0) < weight:
                return version
        return self.version


@dataclass(slots=True)
class Function:
    """All versions of one function and what is set for them by qualifier."""

    account: str
    region: str
    name: str
    latest: Version
    versions: dict[str, Version] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    next_number: int = 1
    published: Any = None
    """What ``$LATEST`` was when it was published last."""
    reserved: int | None = None
    tags: dict[str, str] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    event_configs: dict[str, EventInvokeConfig] = field(default_factory=dict)
    recursive_loop: str = "Terminate"
    provisioned: dict[str, Provisioned] = field(default_factory=dict)
    urls: dict[str, FunctionUrl] = field(default_factory=dict)
    runtime_management: dict[str, dict[str, str]] = field(default_factory=dict)

    def arn(self, qualifier: str = "") -> str:
        resource = f"function:{self.name}:{qualifier}" if qualifier else f"function:{self.name}"
        return str(Arn.of("lambda", self.region, self.account, resource))

    def has(self, qualifier: str) -> bool:
        return qualifier in ("", LATEST) or qualifier in self.versions or qualifier in self.aliases

    def version(self, qualifier: str, draw: Callable[[float, float], float] | None = None) -> Version:
        """What ``qualifier`` leads to; raises ResourceNotFoundException.

        ``draw`` lets an alias choose by its weights; without it the alias's own version is meant.
        """
        number = qualifier
        alias = self.aliases.get(qualifier)
        if alias is not None:
            number = alias.choose(draw) if draw is not None else alias.version
        if number in ("", LATEST):
            return self.latest
        found = self.versions.get(number)
        if found is None:
            raise errors.function_not_found(self.arn(qualifier))
        return found

    def every_version(self) -> list[Version]:
        return [self.latest, *self.versions.values()]

    def is_provisioned(self, number: str) -> bool:
        """Whether a version has provisioned concurrency, by itself or by an alias."""
        return any(
            number == (self.aliases[qualifier].version if qualifier in self.aliases else qualifier)
            for qualifier in self.provisioned
        )

    def event_config(self, qualifier: str) -> EventInvokeConfig:
        """The settings of asynchronous invocations of ``qualifier``; qualifiers do not inherit from each other."""
        return self.event_configs.get(qualifier or LATEST) or EventInvokeConfig()

    def spec(self, version: Version) -> FunctionSpec:
        """One version as a runtime needs it."""
        config = version.config
        logging = logging_config(config)
        return FunctionSpec(
            account=self.account,
            region=self.region,
            name=self.name,
            version=version.number,
            arn=self.arn(),
            runtime=config["Runtime"],
            handler=config["Handler"],
            directory=version.code.directory,
            timeout=float(config["Timeout"]),
            memory=config["MemorySize"],
            environment=config.get("Environment", {}).get("Variables", {}),
            revision=version.revision_id,
            code_id=version.code.identity,
            log_group=logging.get("LogGroup", ""),
            log_format=logging["LogFormat"],
            log_level=logging.get("ApplicationLogLevel", ""),
            system_log_level=logging.get("SystemLogLevel", ""),
            layers=version.layers,
            initialization=self._initialization(version),
        )

    def _initialization(self, version: Version) -> str:
        if version.uses_snapshot:
            return "snap-start"
        return "provisioned-concurrency" if self.is_provisioned(version.number) else "on-demand"
