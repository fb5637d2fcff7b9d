"""The Amazon States Language: definitions, their checks, and every decision a state takes.  No loop, no socket.

How a service uses it::

    diagnostics = diagnose(text, "STANDARD")            # validate.py: ValidateStateMachineDefinition's answer
    machine = load(text, "STANDARD")                    # definition.py: typed states, InvalidDefinitionError otherwise
    visit = Visit(state, raw_input, context, variables, host)
    Pass, Succeed:  way = pass_through(visit)           # dataflow.py: output, assigned variables, next state
    Choice:         way = choose(visit)                 # choice.py
    Wait:           wake_at(visit, now), then pass_through(visit)                  # timing.py
    Fail:           raise failure(visit)
    Task, Parallel: work = work_input(visit); task_limits(visit); ...; way = leave(visit, result)
    Map:            map_settings(visit); map_items(visit); note_settings(visit, settings)      # maps.py
                    iteration_input(visit, index, item); item_context(context, index, item); ...; leave(visit, results)
    except StatesError as error:
        error = error.entered(state.name, entered_event_id)
        decision = retry_decision(state.retry, error, counts, host.ids)            # retry.py
        catcher = catcher_for(state.catch, error)
        way = leave_by_catch(visit, catcher, error)

Everything that fails while an execution runs raises ``StatesError``; everything wrong with a definition is a
``Diagnostic``.  AWS docs, "Amazon States Language" and the pages beside it.
"""
