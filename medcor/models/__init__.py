"""The one model layer that every blueprint shares."""

from .access import AuthSession, CalendarFeed, LinkPurpose, MailedLink
from .appointment import Appointment, AppointmentReminder, Claim
from .audit import AuditEvent, OutboxMail
from .base import Base, TenantOwned, utcnow
from .clinic import Clinic, ClinicHours, price_text
from .conversation import (
    UNTAKEN,
    WIPED,
    AssistantAct,
    AssistantDay,
    ConversationMessage,
    CreditReservation,
    ForgottenTalk,
    Handover,
    MessageType,
    ReservationState,
    TalkSession,
    TurnMeasure,
    TurnOutcome,
)
from .hold import Hold
from .media import FileKind, StoredFile
from .offer import Offer, OfferState, WaitingEntry, WaitingState
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
from .record import (
    MedicalRecord,
    PrescriptionLine,
    RecordAttachment,
    RecordDraft,
    RecordVersion,
)
from .schedule import ExclusionDate, Slot, SlotStep, SlotTreatment
from .series import AppointmentSeries, SeriesAppointment
from .treatment import Treatment, TreatmentDoctor
from .webhook import WebhookDelivery, WebhookEndpoint, WebhookEvent

__all__ = [
    "UNTAKEN",
    "WIPED",
    "Appointment",
    "AppointmentReminder",
    "AppointmentSeries",
    "AssistantAct",
    "AssistantDay",
    "AuditEvent",
    "AuthSession",
    "Base",
    "CalendarFeed",
    "Claim",
    "Clinic",
    "ClinicHours",
    "ConversationMessage",
    "CreditReservation",
    "Doctor",
    "DoctorSpecialisation",
    "ErasureRequest",
    "ErasureState",
    "ExclusionDate",
    "FileKind",
    "ForgottenTalk",
    "Handover",
    "Hold",
    "LinkPurpose",
    "MailedLink",
    "MedicalRecord",
    "MessageType",
    "Offer",
    "OfferState",
    "OutboxMail",
    "Patient",
    "PrescriptionLine",
    "RecordAttachment",
    "RecordDraft",
    "RecordVersion",
    "ReservationState",
    "SeriesAppointment",
    "Slot",
    "SlotStep",
    "SlotTreatment",
    "Specialisation",
    "StoredFile",
    "TalkSession",
    "TenantOwned",
    "Treatment",
    "TreatmentDoctor",
    "TurnMeasure",
    "TurnOutcome",
    "User",
    "WaitingEntry",
    "WaitingState",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "doctor_title",
    "full_name",
    "price_text",
    "utcnow",
]
