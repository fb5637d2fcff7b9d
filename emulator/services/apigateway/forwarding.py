"""Headers as API Gateway hands them on to functions and authorizers."""

from __future__ import annotations

from collections.abc import Collection, Iterable

_REPLACED = ("host", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto")


def forwarded(
    headers: Iterable[tuple[str, str]], peer: str, domain: str, trace: str, dropped: Collection[str] = ()
) -> list[tuple[str, str]]:
    """The client's headers by name, with API Gateway's own; port and proto are AWS's whatever the client used."""
    given = list(headers)
    kept = [pair for pair in given if pair[0].lower() not in (*_REPLACED, *dropped)]
    before = [value for name, value in given if name.lower() == "x-forwarded-for" and value]
    kept += [
        ("Host", domain),
        ("X-Amzn-Trace-Id", f"Root={trace}"),
        ("X-Forwarded-For", ", ".join([",".join(before), peer] if before else [peer])),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]
    return sorted(kept, key=lambda pair: pair[0].lower())
