"""The shapes of what is sent and answered, by name."""

from __future__ import annotations

from medcor.domain.scheduling import Refusal

from .parts import Part, schema, thing, wish

_TEXT: Part = {"type": "string"}
_NUMBER: Part = {"type": "integer"}
_FLAG: Part = {"type": "boolean"}
_DAY: Part = {"type": "string", "format": "date"}
_ADDRESS_OR_NONE: Part = {"type": ["string", "null"], "format": "uri"}
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def _some(name: str) -> Part:
    return {"type": "array", "items": schema(name)}


def _told(what: str) -> Part:
    return {"type": "string", "minLength": 1, "description": what}


def _says(text: str) -> Part:
    return thing({"message": {"const": text}})


_COMMON: Part = {
    "RowId": {
        "description": "A number, or the same number as a text.",
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": "string", "pattern": "^[1-9][0-9]*$"},
        ],
    },
    "Clock": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    "ClockWithSeconds": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"},
    "Failure": thing(
        {"error": _TEXT, "message": {"type": "string", "description": "The id in the log."}},
        optional=("message",),
    ),
}

_SESSIONS: Part = {
    "DataToken": thing({"data_token": _TEXT}),
    "Verified": thing({"success": _FLAG}),
    "Credentials": wish(
        {"email": _told("The patient's address."), "password": _told("Their password.")}
    ),
    "User": thing(
        {
            "user_id": _NUMBER,
            "email": _TEXT,
            "name": _TEXT,
            "profile_pic": _ADDRESS_OR_NONE,
            "schema_name": {"type": "string", "pattern": "^clinic_[0-9]+$"},
        }
    ),
    "RecentAppointment": thing(
        {
            "id": _NUMBER,
            "treatment__name": _TEXT,
            "doctor__users__first_name": _TEXT,
            "doctor__users__last_name": _TEXT,
            "appointment_slot_date": _DAY,
            "appointment_slot_start_time": schema("ClockWithSeconds"),
            "appointment_slot_end_time": schema("ClockWithSeconds"),
        },
        told="The next live appointment, else the latest one of any state.",
    ),
    "SignedIn": thing(
        {
            "api_key": _TEXT,
            "recent_appointment": {"anyOf": [schema("RecentAppointment"), {"type": "null"}]},
            "appointment_prompt": _TEXT,
            "user_data": schema("User"),
        }
    ),
    "Renewed": thing({"api_key": _TEXT, "user_data": schema("User")}),
    "SignedOut": _says("logout successfully"),
    "Registration": wish(
        {
            "first_name": _told("At most 80 characters, without those that no keyboard types."),
            "last_name": _told("As the first name."),
            "email": _told("An address like name@example.com."),
            "password": {"type": "string", "minLength": 10},
        }
    ),
    "Registered": _says("Please verify your email."),
    "FieldErrors": thing(
        {
            "error": {"const": "Please check what you entered."},
            "fields": {
                "description": "What is wrong with each field, in the reader's language.",
                "type": "object",
                "propertyNames": {"enum": ["first_name", "last_name", "email", "password"]},
                "additionalProperties": {"type": "array", "items": _TEXT, "minItems": 1},
                "minProperties": 1,
            },
        }
    ),
}

_CATALOGUE: Part = {
    "Treatment": thing(
        {
            "id": _NUMBER,
            "name": _TEXT,
            "description": _TEXT,
            "price": {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$"},
        }
    ),
    "TreatmentPage": thing(
        {
            "count": {"type": "integer", "minimum": 0},
            "next": _ADDRESS_OR_NONE,
            "previous": _ADDRESS_OR_NONE,
            "results": _some("Treatment"),
        }
    ),
    "Doctor": thing(
        {
            "id": _NUMBER,
            "name": _TEXT,
            "email": _TEXT,
            "is_active": _FLAG,
            "profile_picture": _ADDRESS_OR_NONE,
            "total_year_of_experience": {"type": "integer", "minimum": 0},
            "specializations": {"type": "array", "items": _TEXT},
            "contact_number": _TEXT,
            "gender": _TEXT,
        }
    ),
    "DoctorsOfTreatment": thing(
        {
            "treatment": thing({"id": _NUMBER, "name": _TEXT}),
            "doctors": _some("Doctor"),
            "clinic": _TEXT,
        }
    ),
    "SlotsWish": wish(
        {
            "doctor_id": schema("RowId"),
            "date": {
                "description": "Without one (or null, or empty) the weekdays are told.",
                "anyOf": [_DAY, {"type": "null"}, {"const": ""}],
            },
        },
        optional=("date",),
    ),
    "Weekdays": thing(
        {"available_days": {"type": "array", "items": {"enum": _WEEKDAYS}, "uniqueItems": True}}
    ),
    "Slot": thing(
        {
            "id": _NUMBER,
            "doctor": {"type": "string", "description": "The doctor's first name."},
            "start_time": schema("Clock"),
            "end_time": schema("Clock"),
            "booked": _FLAG,
        }
    ),
    "SlotsOfDay": thing({"available_slots": _some("Slot"), "booked_slots": _some("Slot")}),
    "NoSlots": _says("No slots available for the selected date."),
}

_BOOKING: Part = {
    "FreeTime": thing(
        {
            "slot_id": _NUMBER,
            "doctor_id": _NUMBER,
            "doctor": {"type": "string", "description": "The doctor's full title."},
            "date": _DAY,
            "start_time": schema("Clock"),
            "end_time": schema("Clock"),
        }
    ),
    "FreeTimes": thing(
        {
            "times": _some("FreeTime"),
            "zone": {"type": "string", "description": "The clinic's IANA time zone."},
        }
    ),
    "Reason": thing(
        {
            "code": {"enum": [each.value for each in Refusal]},
            "text": {"type": "string", "description": "Kind words in the reader's language."},
        }
    ),
    "WhyNot": thing(
        {
            "available": {"type": "boolean", "description": "True if there is no reason."},
            "reasons": _some("Reason"),
            "nearest": _some("FreeTime"),
        }
    ),
    "HoldWish": wish({"doctor_id": schema("RowId"), "appointment_date": _DAY}),
    "Held": thing(
        {
            "hold_id": _NUMBER,
            "expires_at": {"type": "string", "format": "date-time", "description": "In UTC."},
            "seconds": {
                "type": "integer",
                "minimum": 1,
                "description": "How long the hold lasts from now on.",
            },
        }
    ),
    "BookingWish": wish(
        {
            "patient_email": _told("The address of a registered patient."),
            "doctor_id": schema("RowId"),
            "appointment_date": _DAY,
        }
    ),
    "Booked": thing(
        {
            "message": {"const": "Appointment booked successfully."},
            "appointment_id": _NUMBER,
            "appointment_status": {"const": "Pending"},
        }
    ),
}

SCHEMAS: Part = _COMMON | _SESSIONS | _CATALOGUE | _BOOKING
