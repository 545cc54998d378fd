"""The tenant filter and its guards: a session works for one clinic, or it fails.

``with_loader_criteria`` filters every ORM select, update and delete by the clinic in scope. What
it does not see is covered here: Core statements on a tenant table are refused, a flush of another
clinic's object is refused, a row that arrives for another clinic is refused, and the clinic of a
session can't change while it holds objects (an identity-map hit runs no statement at all).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, object_session, with_loader_criteria
from sqlalchemy.sql import visitors

from medcor.domain.errors import TenantScopeError

from .base import Base, TenantOwned

_CLINIC, _ACROSS = "medcor_clinic_id", "medcor_across_clinics"
_CHECKED = "medcor_tenant_checked"
_WORD = re.compile(r"\w+")


def scope(session: Session, clinic_id: int) -> None:
    """Put ``session`` to work for one clinic; refused while it holds another clinic's objects."""
    current = session.info.get(_CLINIC)
    if current == clinic_id:
        return
    if current is not None and any(isinstance(each, TenantOwned) for each in _held(session)):
        raise TenantScopeError("this session already works for another clinic")
    session.info[_CLINIC] = clinic_id


@contextmanager
def across_clinics(session: Session, reason: str) -> Iterator[None]:
    """Open the one door out of the filter, for the length of a block; ``reason`` is for the reader.

    Allowed only in the places that tests/conventions lists. Objects read inside are dropped at
    its end, so that none of them can be met by a later look-up.
    """
    if not reason:
        raise ValueError("say why")
    previous = session.info.get(_ACROSS, False)
    session.info[_ACROSS] = True
    try:
        yield
    finally:
        session.info[_ACROSS] = previous
        if not previous:
            _drop_what_was_met(session)


def _drop_what_was_met(session: Session) -> None:
    """Forget all objects, or where changes wait, those of other clinics: none may be met again."""
    if not (session.new or session.dirty or session.deleted):
        session.expunge_all()
        return
    clinic_id = session.info.get(_CLINIC)
    for row in list(session.identity_map.values()):
        foreign = isinstance(row, TenantOwned) and row.clinic_id != clinic_id
        if foreign and not session.is_modified(row):
            session.expunge(row)


def install_once(session_factory: Any) -> None:
    """Attach filter and guards to every session that ``session_factory`` makes."""
    if event.contains(session_factory, "before_flush", _check_flush):
        return
    event.listen(session_factory, "do_orm_execute", _filter_statement)
    event.listen(session_factory, "before_flush", _check_flush)
    event.listen(session_factory, "after_flush", _flush_over)
    event.listen(session_factory, "after_soft_rollback", _flush_over)


def install_engine(engine: sa.Engine) -> None:
    """Refuse Core statements on tenant tables on ``engine``."""
    event.listen(engine, "before_execute", _refuse_unchecked)
    event.listen(engine, "checkin", _forget_mark)


def _held(session: Session) -> Iterator[object]:
    yield from session.identity_map.values()
    yield from session.new


def _filter_statement(state: ORMExecuteState) -> None:
    session = state.session
    clinic_id = session.info.get(_CLINIC)
    state.update_execution_options(**{_CHECKED: True})
    if session.info.get(_ACROSS) or not _reaches_tenant_rows(state):
        return
    if not state.is_orm_statement and _names_bare_table(state.statement):
        raise TenantScopeError("Core statements and text name tables that no filter reaches")
    if clinic_id is None:
        raise TenantScopeError("a query on tenant-owned rows needs a clinic in scope")
    if state.is_insert:
        _check_insert(state, clinic_id)
    if state.is_update:
        _check_update(state)
    if not (state.is_column_load or state.is_relationship_load):
        state.statement = state.statement.options(_criteria(clinic_id))


def _reaches_tenant_rows(state: ORMExecuteState) -> bool:
    # The statement's own model answers most times; only where it says no is every table looked at.
    mapper = state.bind_mapper
    if mapper is not None and issubclass(mapper.class_, TenantOwned):
        return True
    return _touches_tenant_rows(state.statement)


@functools.lru_cache(maxsize=1024)
def _criteria(clinic_id: int) -> Any:
    """The filter of one clinic; it holds no session, and making it costs more than using it."""
    return with_loader_criteria(
        TenantOwned, lambda cls: cls.clinic_id == clinic_id, include_aliases=True
    )


def _check_insert(state: ORMExecuteState, clinic_id: int) -> None:
    rows = state.parameters
    rows = rows if isinstance(rows, list) else [rows or {}]
    if state.statement.select is not None or state.statement._multi_values:
        raise TenantScopeError("insert tenant-owned rows by parameters or through the session")
    if hasattr(getattr(state.statement, "_post_values_clause", None), "update_values_to_set"):
        raise TenantScopeError("an upsert would change whichever clinic's row is in its way")
    values = _named_values(state)
    fixed = getattr(values.get("clinic_id"), "value", values.get("clinic_id"))
    if any(row.get("clinic_id", fixed) != clinic_id for row in rows):
        raise TenantScopeError("an insert names another clinic than the one in scope")


def _check_update(state: ORMExecuteState) -> None:
    rows = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
    if "clinic_id" in _named_values(state) or any("clinic_id" in row for row in rows):
        raise TenantScopeError("a row never moves to another clinic")


def _named_values(state: ORMExecuteState) -> dict[str, Any]:
    given = state.statement._values or {}
    return {getattr(key, "key", key): each for key, each in given.items()}


def _check_flush(session: Session, _context: Any, _instances: Any) -> None:
    session.info["medcor_flushing"] = True
    session.connection().info[_CHECKED] = True
    clinic_id = session.info.get(_CLINIC)
    for row in [*session.new, *session.dirty, *session.deleted]:
        if not isinstance(row, TenantOwned) or session.info.get(_ACROSS):
            continue
        if clinic_id is None:
            raise TenantScopeError("a change of tenant-owned rows needs a clinic in scope")
        if row.clinic_id is None:
            row.clinic_id = clinic_id
        if row.clinic_id != clinic_id:
            raise TenantScopeError("a change would reach another clinic's row")


def _flush_over(session: Session, _context: Any) -> None:
    if session.info.pop("medcor_flushing", False) and session.is_active:
        session.connection().info.pop(_CHECKED, None)


def _forget_mark(_connection: Any, record: Any) -> None:
    # A flush that fails must not leave the next user of the connection unguarded.
    record.info.pop(_CHECKED, None)


def _refuse_unchecked(
    connection: sa.Connection, statement: Any, _multi: Any, _params: Any, options: Any
) -> None:
    if options.get(_CHECKED) or connection.info.get(_CHECKED):
        return
    if isinstance(statement, sa.sql.ClauseElement) and _touches_tenant_rows(statement):
        raise TenantScopeError("Core statements on tenant-owned tables bypass the filter")


def _touches_tenant_rows(statement: Any) -> bool:
    names = tenant_table_names()
    for element in visitors.iterate(statement):
        if isinstance(element, sa.TableClause) and element.name in names:
            return True
        if isinstance(element, sa.TextClause) and not names.isdisjoint(_WORD.findall(element.text)):
            return True
    return False


def _names_bare_table(element: Any) -> bool:
    """Say whether a tenant table or a text stands outside every select of the models."""
    if getattr(element, "_propagate_attrs", {}).get("compile_state_plugin") == "orm":
        return False
    if isinstance(element, (sa.TableClause, sa.TextClause)):
        return _touches_tenant_rows(element)
    return any(_names_bare_table(child) for child in element.get_children())


@functools.cache
def tenant_table_names() -> frozenset[str]:
    """Names of the tables whose rows belong to a clinic."""
    return frozenset(
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, TenantOwned)
    )


@event.listens_for(TenantOwned, "load", propagate=True)
@event.listens_for(TenantOwned, "refresh", propagate=True)
def _check_arrival(target: TenantOwned, _context: Any, _attrs: Any = None) -> None:
    session = object_session(target)
    if session is None or session.info.get(_ACROSS):
        return
    loaded = sa.inspect(target).dict.get("clinic_id")
    if loaded is not None and loaded != session.info.get(_CLINIC):
        session.expunge(target)
        raise TenantScopeError("a row of another clinic arrived")
