"""Whatever is read, written, waited for and lost, in whatever order: nothing that was invalidated is served."""

import uuid

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.platform.cache_keys import Namespace

KIND = Namespace("api_response", ttl=100, stale=50, absent=10)

operations = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 2), st.integers(0, 9)),
        st.tuples(st.just("read"), st.integers(0, 2), st.integers(0, 2)),
        st.tuples(st.just("wait"), st.integers(1, 200), st.just(0)),
        st.tuples(st.just("flush"), st.just(0), st.just(0)),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=operations)
def test_no_sequence_serves_what_was_invalidated(sandbox, clock, steps):
    owner, source = uuid.uuid4().hex, {0: "a", 1: "b", 2: "c"}
    sandboxes = [sandbox() for _ in range(3)]
    for action, first, second in steps:
        if action == "write":
            source[first] = second
            sandboxes[second % 3].invalidate(owner, [f"t{first}"])
        elif action == "read":
            answer = sandboxes[second].get(KIND, owner, str(first), [f"t{first}"], lambda key=first: source[key])
            assert answer.value == source[first]
        elif action == "wait":
            clock.now += first
        else:
            sandboxes[0]._store._valkey.ask(lambda client: client.flushall())
