"""The one model layer that every blueprint shares."""

from .access import AuthSession, CalendarFeed, LinkPurpose, MailedLink
from .appointment import Appointment, AppointmentReminder, Claim
from .audit import AuditEvent, OutboxMail
from .base import Base, TenantOwned, utcnow
from .clinic import Clinic, ClinicHours, price_text
from .conversation import AssistantAct, ConversationMessage, Handover, MessageType
from .media import FileKind, StoredFile
from .people import (
    Doctor,
    DoctorSpecialisation,
    Patient,
    Specialisation,
    User,
    doctor_title,
    full_name,
)
from .privacy import ErasureRequest, ErasureState
from .record import MedicalRecord, PrescriptionLine, RecordAttachment, RecordVersion
from .schedule import ExclusionDate, Slot, SlotStep, SlotTreatment
from .treatment import Treatment, TreatmentDoctor

__all__ = [
    "Appointment",
    "AppointmentReminder",
    "AssistantAct",
    "AuditEvent",
    "AuthSession",
    "Base",
    "CalendarFeed",
    "Claim",
    "Clinic",
    "ClinicHours",
    "ConversationMessage",
    "Doctor",
    "DoctorSpecialisation",
    "ErasureRequest",
    "ErasureState",
    "ExclusionDate",
    "FileKind",
    "Handover",
    "LinkPurpose",
    "MailedLink",
    "MedicalRecord",
    "MessageType",
    "OutboxMail",
    "Patient",
    "PrescriptionLine",
    "RecordAttachment",
    "RecordVersion",
    "Slot",
    "SlotStep",
    "SlotTreatment",
    "Specialisation",
    "StoredFile",
    "TenantOwned",
    "Treatment",
    "TreatmentDoctor",
    "User",
    "doctor_title",
    "full_name",
    "price_text",
    "utcnow",
]
