"""An emulator that keeps logs, also where the house does not have the service yet."""

import pytest

import emulator.app
from emulator.core.settings import Settings
from emulator.services.logs.service import SERVICE
from emulator.testing import EmulatorThread


@pytest.fixture(scope="module")
def house():
    services = emulator.app.SERVICES
    with pytest.MonkeyPatch.context() as patch:
        if SERVICE not in services:
            patch.setattr(emulator.app, "SERVICES", (*services, SERVICE))
        with EmulatorThread(Settings(runtime="inline", check_outputs=True)) as thread:
            yield thread


@pytest.fixture
def client(house):
    """``client("logs")``: a boto3 client."""
    import boto3

    house.run(house.emulator.reset())
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    return lambda service: boto3.client(service, endpoint_url=house.url, **keys)
