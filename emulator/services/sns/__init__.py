"""Amazon SNS: topics, subscriptions with confirmation, filtered fan-out, HTTP(S) retries; see docs/sns.md."""
