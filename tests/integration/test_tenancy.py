"""The tenant filter and its guards, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from medcor.domain.errors import NameTaken, TenantScopeError
from medcor.extensions import db
from medcor.models import Appointment, Claim, Clinic, Doctor, Treatment, TreatmentDoctor, User
from medcor.models.tenancy import across_clinics, scope
from medcor.web.transaction import reading, transaction


def test_no_clinic_in_scope_raises(world):
    for statement in (
        sa.select(User),
        sa.select(sa.func.count()).select_from(User),
        sa.select(Clinic).where(sa.exists().where(User.clinic_id == Clinic.id)),
        sa.update(User).values(first_name="x"),
        sa.delete(User),
    ):
        with pytest.raises(TenantScopeError):
            db.session.execute(statement)


def test_the_tenant_itself_is_readable_without_scope(world):
    assert db.session.get(Clinic, world.one.id).name == "Clinic one.test"


@pytest.mark.parametrize(
    "shape", ["entity", "columns", "join", "count", "subquery", "cte", "exists"]
)
def test_every_shape_of_select_sees_one_clinic(world, shape):
    session = reading(world.one.id)
    statement = {
        "entity": sa.select(User),
        "columns": sa.select(User.id),
        "join": sa.select(User).join(Doctor, Doctor.user_id == User.id),
        "count": sa.select(sa.func.count(User.id)),
        "subquery": sa.select(sa.select(User.id).subquery()),
        "cte": sa.select(sa.select(User.id).cte()),
        "exists": sa.select(sa.exists().where(User.id == world.two.admin.user_id)),
    }[shape]
    rows = session.execute(statement).all()
    expected = {"join": 2, "count": 1, "exists": 1}.get(shape, 5)
    assert len(rows) == expected
    if shape == "count":
        assert rows[0][0] == 5
    if shape == "exists":
        assert rows[0][0] is False or rows[0][0] == 0


def test_get_of_another_clinics_row_finds_nothing(world):
    assert reading(world.one.id).get(User, world.two.admin.user_id) is None


def test_update_and_delete_stay_inside(world):
    with transaction(world.one.id) as session:
        session.execute(sa.update(User).values(first_name="Changed"))
    names = set(reading_names(world.two.id))
    assert "Changed" not in names and names
    with transaction(world.one.id) as session:
        session.execute(sa.delete(TreatmentDoctor))
    db.session.remove()
    assert reading(world.two.id).scalar(sa.select(sa.func.count(TreatmentDoctor.id))) == 3


def reading_names(clinic_id: int) -> list[str]:
    db.session.remove()
    return list(reading(clinic_id).scalars(sa.select(User.first_name)))


def test_core_statements_and_foreign_inserts_are_refused(world):
    session = reading(world.one.id)
    with pytest.raises(TenantScopeError):
        session.connection().execute(sa.select(User.__table__))
    with pytest.raises(TenantScopeError):
        session.execute(sa.insert(Claim), [{"clinic_id": world.two.id, "step": 1}])
    with pytest.raises(TenantScopeError):
        session.execute(sa.insert(Treatment).values(clinic_id=world.two.id, name="x"))
    source = sa.select(Treatment.name, Treatment.clinic_id)
    with pytest.raises(TenantScopeError):
        session.execute(sa.insert(Treatment).from_select(["name", "clinic_id"], source))


def test_a_flush_of_a_foreign_object_is_refused(world):
    with pytest.raises(TenantScopeError), transaction(world.one.id) as session:
        session.add(Treatment(clinic_id=world.two.id, name="x", price_minor=1, minutes=5))
        session.flush()


def test_a_failed_flush_leaves_the_guard_on(world):
    with pytest.raises(NameTaken), transaction(world.one.id) as session:
        session.add(Treatment(name="Dental Cleaning", price_minor=1, minutes=30))
        session.flush()
    with pytest.raises(TenantScopeError), db.engine.connect() as connection:
        connection.execute(sa.select(User.__table__))


def test_a_session_with_objects_keeps_its_clinic(world):
    session = reading(world.one.id)
    held = session.scalar(sa.select(User))
    with pytest.raises(TenantScopeError):
        scope(session, world.two.id)
    assert held.clinic_id == world.one.id


def test_the_door_out_leaves_nothing_behind(world):
    session = reading(world.one.id)
    with across_clinics(session, "test"):
        assert len(session.scalars(sa.select(User)).all()) == 10
    assert len(session.scalars(sa.select(User)).all()) == 5


def test_a_link_to_another_clinics_row_is_refused_by_the_database(world):
    with pytest.raises(IntegrityError), transaction(world.one.id) as session:
        session.add(
            TreatmentDoctor(
                treatment_id=world.two.treatment_id, doctor_id=world.one.doctor.profile_id
            )
        )
        session.flush()


def test_rows_that_arrive_by_text_are_refused(world):
    session = reading(world.one.id)
    statement = sa.select(User).from_statement(
        sa.text("SELECT * FROM users WHERE clinic_id = :other").bindparams(other=world.two.id)
    )
    with pytest.raises(TenantScopeError):
        session.scalars(statement).all()


def test_appointments_have_no_model_without_a_clinic():
    assert Appointment.__table__.c.clinic_id.nullable is False
