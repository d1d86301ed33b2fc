"""Threads of which one runs at a time, and every order in which they may take their turns.

A program is a function that calls `turns.pause()` before everything that another thread can see or change. What lies
between two pauses touches nothing shared, so it does not matter when it happens: the orders of pauses are all there is.
"""

import sys
import threading

PATIENT = 60.0  # s that a thread waits for its turn before it gives up


class Turns:
    """Runs programs, each on a thread of its own, in the order that `choose(current, ready)` says, by their numbers."""

    def __init__(self, choose):
        self._choose = choose
        self._ready, self._events, self._errors = [], [], []
        self._here = threading.local()
        self.finished = threading.Event()

    def run(self, *programs):
        """Run them all to their ends; raises what one of them raised."""
        self._ready = list(range(len(programs)))
        self._events = [threading.Event() for _ in programs]
        threads = [threading.Thread(target=self._live, args=item, daemon=True) for item in enumerate(programs)]
        for thread in threads:
            thread.start()
        self._events[self._choose(None, self._ready)].set()
        assert self.finished.wait(PATIENT)
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def _live(self, number, program):
        self._here.number = number
        self._wait(number)
        try:
            program()
        except BaseException as error:
            self._errors.append(error)
        self._ready.remove(number)
        if self._ready:
            self._events[self._choose(None, self._ready)].set()
        else:
            self.finished.set()

    def _wait(self, number):
        assert self._events[number].wait(PATIENT), "no turn came"
        self._events[number].clear()

    @property
    def mine(self):
        """The number of the program that this thread runs; None for another thread."""
        return getattr(self._here, "number", None)

    def pause(self):
        """Let whoever is chosen go on; outside of a program nothing happens."""
        number = self.mine
        if number is None:
            return
        chosen = self._choose(number, self._ready)
        if chosen != number:
            self._events[chosen].set()
            self._wait(number)


class Trial:
    """One run: what it does, what of it can be told apart, and what must be so at its end."""

    def __init__(self, turns):
        self.turns = turns

    def programs(self):
        """The functions to run."""
        raise NotImplementedError

    def state(self):
        """Everything that what comes next depends on; hashable."""
        raise NotImplementedError

    def check(self):
        """AssertionError if something was lost."""
        raise NotImplementedError


def explore(make, most=1_000_000):
    """Run `make(turns)`, a trial, in every order there is: how many different states were gone on from.

    Two orders that lead to one state are one from there on, so each state is left once in every way that it can be.
    """
    seen, open_prefixes = set(), [[]]
    while open_prefixes:
        assert len(seen) <= most, "too many states"
        _follow(make, open_prefixes.pop(), seen, open_prefixes)
    return len(seen)


def _follow(make, prefix, seen, open_prefixes):
    """Run once, as `prefix` says and then without need of a change; note the ways not gone in states not seen yet."""
    chosen, merged = [], False

    def choose(current, ready):
        nonlocal merged
        if len(chosen) < len(prefix):
            choice = prefix[len(chosen)]
        else:
            choice = ready[0] if current is None else current
            state = (current, tuple(ready), trial.state())
            merged = merged or state in seen
            if not merged:
                seen.add(state)
                open_prefixes.extend([*chosen, other] for other in ready if other != choice)
        chosen.append(choice)
        return choice

    turns = Turns(choose)
    trial = make(turns)
    turns.run(*trial.programs())
    trial.check()


def sample(make, rng, switches, codes=frozenset()):
    """Run `make(turns)` once in a random order, changing threads at every pause with a chance of `switches`.

    codes: code objects of functions before whose every bytecode there is a pause, too.
    """

    def choose(current, ready):
        if current is not None and rng.random() >= switches:
            return current
        return rng.choice(ready)

    turns = Turns(choose)
    trial = make(turns)
    turns.run(*(_at_every_bytecode(turns, codes, program) for program in trial.programs()))
    trial.check()


def _at_every_bytecode(turns, codes, program):

    def trace(frame, event, _):
        if frame.f_code not in codes:
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            turns.pause()
        return trace

    def traced():
        sys.settrace(trace)
        try:
            program()
        finally:
            sys.settrace(None)

    return traced
