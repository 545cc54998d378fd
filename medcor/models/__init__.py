"""The one model layer that every blueprint shares."""

from .access import AuthSession, LinkPurpose, MailedLink
from .appointment import Appointment, Claim
from .audit import AuditEvent, OutboxMail
from .base import Base, TenantOwned, utcnow
from .clinic import Clinic, ClinicHours, price_text
from .conversation import AssistantAct, ConversationMessage, Handover, MessageType
from .people import Doctor, DoctorSpecialisation, Patient, Specialisation, User
from .schedule import ExclusionDate, Slot, SlotStep, SlotTreatment
from .treatment import Treatment, TreatmentDoctor

__all__ = [
    "Appointment",
    "AssistantAct",
    "AuditEvent",
    "AuthSession",
    "Base",
    "Claim",
    "Clinic",
    "ClinicHours",
    "ConversationMessage",
    "Doctor",
    "DoctorSpecialisation",
    "ExclusionDate",
    "Handover",
    "LinkPurpose",
    "MailedLink",
    "MessageType",
    "OutboxMail",
    "Patient",
    "Slot",
    "SlotStep",
    "SlotTreatment",
    "Specialisation",
    "TenantOwned",
    "Treatment",
    "TreatmentDoctor",
    "User",
    "price_text",
    "utcnow",
]
