"""An order that is charged once, as the documentation of Powertools writes it."""

import os

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent

table = DynamoDBPersistenceLayer(table_name=os.environ["TABLE"])
config = IdempotencyConfig(event_key_jmespath="order")
charges = []


@idempotent(config=config, persistence_store=table)
def handler(event, context):
    config.register_lambda_context(context)
    charges.append(event["order"])
    if event.get("broken") and charges.count(event["order"]) == 1:
        raise RuntimeError("no connection to the bank")
    return {"order": event["order"], "charges": len(charges)}
