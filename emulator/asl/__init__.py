"""The Amazon States Language: definitions, their checks, and every decision a state takes.  No loop, no socket.

How a service uses it::

    diagnostics = diagnose(text, "STANDARD")            # validate.py: ValidateStateMachineDefinition's answer
    machine = load(text, "STANDARD")                    # definition.py: typed states, InvalidDefinitionError otherwise
    visit = Visit(state, raw_input, context, variables, host)
    work = work_input(visit)                            # dataflow.py: InputPath and Parameters, or Arguments
    ...run the task, the branches, the iterations...
    exit = leave(visit, result)                         # output, assigned variables, next state
    except StatesError as error:
        decision = retry_decision(state.retry, error.error, counts, host.ids)      # retry.py
        catcher = catcher_for(state.catch, error.error)
        exit = leave_by_catch(visit, catcher, error)

Everything that fails while an execution runs raises ``StatesError``; everything wrong with a definition is a
``Diagnostic``.  AWS docs, "Amazon States Language" and the pages beside it.
"""
