"""The state types as frozen values, parsed once from JSON; every expression in them is compiled."""

from emulator.asl.states.base import Catcher, Retrier, State, WorkState
from emulator.asl.states.choices import Choice, ChoiceRule
from emulator.asl.states.maps import ItemBatcher, ItemReader, Map, ResultWriter
from emulator.asl.states.simple import Fail, Pass, Succeed, Wait
from emulator.asl.states.tasks import Parallel, Resource, Task
from emulator.asl.states.workflow import StateMachine, Workflow

__all__ = [
    "Catcher",
    "Choice",
    "ChoiceRule",
    "Fail",
    "ItemBatcher",
    "ItemReader",
    "Map",
    "Parallel",
    "Pass",
    "Resource",
    "ResultWriter",
    "Retrier",
    "State",
    "StateMachine",
    "Succeed",
    "Task",
    "Wait",
    "WorkState",
    "Workflow",
]
