"""What a user may turn: flags, then ``EMULATOR_*`` variables, then the stack file; see docs/configuration.md."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_ACCOUNT = "000000000000"
DEFAULT_REGION = "us-east-1"


@dataclass(slots=True)
class Settings:
    """The emulator's knobs.  Times in seconds."""

    account: str = DEFAULT_ACCOUNT
    region: str = DEFAULT_REGION
    runtime: str = "worker"
    """Where handlers run: ``worker`` (a process each) or ``inline`` (imported into this process)."""
    enforce_quotas: bool = True
    """AWS's limits on sizes and counts; off relaxes all of them."""
    strict_frames: bool = True
    """Refuse WebSocket frames over 32 KB (close 1009) as API Gateway does."""
    retry_jitter: bool = False
    """Randomise EventBridge's delivery back-off as AWS does; off keeps instants exact."""
    check_outputs: bool = False
    """Check every answer against AWS's output shape and fail loudly: on while tests run."""
    idle_timeout: float = 600.0
    connection_duration: float = 7200.0
    integration_timeout_cap: float = 29.0
    max_put_events_bytes: int = 1_048_576
    account_concurrency: int = 1000
    recursion_detection: bool = False
    """Stop a chain in which a function has come up 16 times already, unless its RecursiveLoop is ``Allow``."""
    enforce_memory: bool = True
    """Kill a worker process that uses more memory than its function has (Linux)."""
    idle_environments: float = 0.0
    """Seconds of the clock after which an idle worker process is ended; 0 keeps it until shutdown."""
    inline_timeouts: bool = True
    """End inline invocations at their timeout; off while a debugger holds handlers."""
    ecs_step_delay: float = 0.0
    """Seconds of the clock between two statuses of a task; AWS takes some 10 to 60 seconds to start one."""
    sns_retries: int = 3
    """Retries of a topic's deliveries to queues and functions; AWS makes 100,015 over 23 days."""
    sns_retry_scale: float = 1.0
    """Multiplies the waits between a topic's retries."""
    sns_certificate_url: str = ""
    """Where receivers of SNS messages find the signing certificate, instead of this port; ``{region}`` is filled in."""
    domain_name: str = ""
    """Overrides ``requestContext.domainName``: ``host:port`` for handlers that run outside the emulator."""
