"""Amazon SQS: standard and FIFO queues, dead letters, message move tasks; see docs/sqs.md."""
