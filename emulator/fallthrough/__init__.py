"""Services that moto serves in this process: loaded on first use, with state, account and time of this emulator.

The house's own services come first; moto never owns one of them.  Everything that knows moto's insides is in
``library``, ``isolation`` and ``s3_events``, ``mails``; ``docs/fallthrough.md`` lists what they rely on.
"""
