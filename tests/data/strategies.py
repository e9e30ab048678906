"""Any record that its types allow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

st.register_type_strategy(float, st.floats(allow_nan=False))  # a NaN is not equal to itself
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
st.register_type_strategy(
    datetime, st.datetimes(timezones=st.just(UTC) | st.just(timezone(timedelta(minutes=-150))))
)


def any_of(cls: type[T]) -> st.SearchStrategy[T]:
    return st.from_type(cls)
