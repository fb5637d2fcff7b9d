"""What other services do when an integration asks them: plain callables, behind the courier."""

import inspect


class FakeServices:
    """``operations`` maps ``service:Operation`` to callables of the parameters (sync or async); ``calls`` holds what
    they were given: service, operation, parameters, account, region."""

    def __init__(self, courier):
        courier.register_operations(self)
        self.operations = {}
        self.calls = []

    def knows(self, service, operation):
        return f"{service}:{operation}" in self.operations

    async def __call__(self, service, operation, params, *, account, region, cause):
        self.calls.append((service, operation, params, account, region))
        answer = self.operations[f"{service}:{operation}"](params)
        return await answer if inspect.isawaitable(answer) else answer
