"""Ready-made systems: the handlers behind the constructs of a stack description."""
