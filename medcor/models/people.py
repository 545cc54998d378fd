"""Users with one role in one clinic, and the profiles of doctors and patients."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from medcor.domain.permissions import Role

from .base import Base, TenantOwned, UtcDateTime, enum_type, link, tenant_table, utcnow


def full_name(first: str, last: str) -> str:
    return f"{first} {last}".strip()


def doctor_title(first: str, last: str) -> str:
    """A doctor's name as every page, mail and answer shows it."""
    return f"Dr. {full_name(first, last)}"


class User(TenantOwned, Base):
    """A person's account at one clinic; the same address may have one at another clinic too."""

    __tablename__ = "users"
    __table_args__ = tenant_table(
        sa.UniqueConstraint("clinic_id", "email_key", name="uq_users_clinic_email"),
        sa.Index("ix_users_email_key", "email_key"),
        sa.Index("ix_users_name", "clinic_id", "role", "last_name", "first_name"),
    )

    email: Mapped[str] = mapped_column(sa.String(254))
    email_key: Mapped[str] = mapped_column(sa.String(254))
    password_hash: Mapped[str] = mapped_column(sa.String(200), default="")
    role: Mapped[Role] = mapped_column(enum_type(Role, "role"))
    first_name: Mapped[str] = mapped_column(sa.String(80))
    last_name: Mapped[str] = mapped_column(sa.String(80))
    picture: Mapped[str] = mapped_column(sa.String(200), default="")
    language: Mapped[str] = mapped_column(sa.String(5), default="en")
    is_active: Mapped[bool] = mapped_column(default=True)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    # Changed with every edit of the person, the profile's too, so that ``version`` tells of both.
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    doctor: Mapped[Doctor | None] = relationship(
        back_populates="user", foreign_keys="[Doctor.clinic_id, Doctor.user_id]", uselist=False
    )
    patient: Mapped[Patient | None] = relationship(
        back_populates="user", foreign_keys="[Patient.clinic_id, Patient.user_id]", uselist=False
    )

    @property
    def name(self) -> str:
        return full_name(self.first_name, self.last_name)


class Doctor(TenantOwned, Base):
    """A doctor's profile. A doctor with history is deactivated, never erased."""

    __tablename__ = "doctors"
    __table_args__ = tenant_table(
        link("user_id", "users"),
        sa.UniqueConstraint("clinic_id", "user_id"),
        sa.CheckConstraint("years_of_experience >= 0", name="experience_not_negative"),
    )

    user_id: Mapped[int]
    gender: Mapped[str] = mapped_column(sa.String(16), default="")
    contact_number: Mapped[str] = mapped_column(sa.String(32), default="")
    years_of_experience: Mapped[int] = mapped_column(default=0)
    bio: Mapped[str] = mapped_column(sa.Text, default="")
    is_active: Mapped[bool] = mapped_column(default=True)

    user: Mapped[User] = relationship(
        back_populates="doctor",
        foreign_keys="[Doctor.clinic_id, Doctor.user_id]",
        lazy="joined",
        innerjoin=True,
    )
    specialisations: Mapped[list[Specialisation]] = relationship(
        secondary="doctor_specialisations",
        primaryjoin="Doctor.id == DoctorSpecialisation.doctor_id",
        secondaryjoin="Specialisation.id == DoctorSpecialisation.specialisation_id",
        order_by="Specialisation.name",
        viewonly=True,
    )

    @property
    def name(self) -> str:
        return doctor_title(self.user.first_name, self.user.last_name)


class Specialisation(TenantOwned, Base):
    """A field of medicine as the clinic names it."""

    __tablename__ = "specialisations"
    __table_args__ = tenant_table(sa.UniqueConstraint("clinic_id", "name"))

    name: Mapped[str] = mapped_column(sa.String(80))


class DoctorSpecialisation(TenantOwned, Base):
    """Which doctor has which specialisation."""

    __tablename__ = "doctor_specialisations"
    __table_args__ = tenant_table(
        link("doctor_id", "doctors", ondelete="CASCADE"),
        link("specialisation_id", "specialisations", ondelete="CASCADE"),
        sa.UniqueConstraint("doctor_id", "specialisation_id"),
    )

    doctor_id: Mapped[int]
    specialisation_id: Mapped[int]


class Patient(TenantOwned, Base):
    """A patient's profile. A patient with history is deactivated, never erased."""

    __tablename__ = "patients"
    __table_args__ = tenant_table(
        link("user_id", "users"), sa.UniqueConstraint("clinic_id", "user_id")
    )

    user_id: Mapped[int]
    phone: Mapped[str] = mapped_column(sa.String(32), default="")
    gender: Mapped[str] = mapped_column(sa.String(16), default="")
    birth_date: Mapped[date | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(
        back_populates="patient",
        foreign_keys="[Patient.clinic_id, Patient.user_id]",
        lazy="joined",
        innerjoin=True,
    )

    @property
    def name(self) -> str:
        return self.user.name
