"""Every answer of the chatbot API that the product's published description prints, by endpoint.

A copy of its own: what is printed with ``...`` for further rows stands here without them.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class SeedAnswer(NamedTuple):
    """One printed body, and where it is printed."""

    method: str
    path: str
    status: int
    body: dict[str, Any]


_TOKEN = "/generate-chatbot-token/{clinic_id}/"
_VERIFY = "/verify-token/{clinic_id}/{token}/"
_LOGIN = "/chatbot/login/{clinic_id}/{token}/"
_REFRESH = "/chatbot/token/login/{clinc_token}/"
_LOGOUT = "/chatbot/token/logout/{clinc_token}/"
_TREATMENTS = "/{clinic_id}/treatments/"
_DOCTORS = "/{clinic_id}/treatments/{treatment_id}/get-doctors/"
_SLOTS = "/{clinic_id}/treatments/{treatment_id}/get-doctors/slots/"
_BOOK = "/{clinic_id}/treatments/{treatment_id}/get-doctors/slots/{slot_id}/book/"

_NO_CLINIC = {"detail": "Clinic matching query does not exist."}
_BAD_TOKEN = {"detail": "Invalid or missing chatbot token."}
_FAILED = {"error": "Authentication Failed."}
_REQUIRED = {"message": "login required"}
_WRONG = "Something went wrong. Please try again later."
_USER = {
    "user_id": 42,
    "email": "user@example.com",
    "name": "John Doe",
    "profile_pic": "https://app.medcor.ai/media/profile_pic.jpg",
    "schema_name": "clinic_42",
}
_SIGNED_IN = {
    "api_key": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...",
    "recent_appointment": {
        "id": 123,
        "treatment__name": "Dental Cleaning",
        "doctor__users__first_name": "John",
        "doctor__users__last_name": "Doe",
        "appointment_slot_date": "2025-04-12",
        "appointment_slot_start_time": "10:00:00",
        "appointment_slot_end_time": "10:30:00",
    },
    "appointment_prompt": (
        "Hi John Doe, you have an appointment for Dental Cleaning with Dr. John Doe. "
        "Your appointment is scheduled from 10:00:00 to 10:30:00 on 2025-04-12."
    ),
    "user_data": _USER,
}
_PAGE = {
    "count": 12,
    "next": "https://app.medcor.ai/2/treatments/?page=2",
    "previous": None,
    "results": [
        {
            "id": 1,
            "name": "Teeth Whitening",
            "description": "A procedure to brighten your smile.",
            "price": "100.00",
        }
    ],
}
_DOCTORS_FOUND = {
    "treatment": {"id": 3, "name": "Root Canal"},
    "doctors": [
        {
            "id": 12,
            "name": "Dr. John Doe",
            "email": "john.doe@example.com",
            "is_active": True,
            "profile_picture": "https://app.medcor.ai/media/profile_pics/doctor1.jpg",
            "total_year_of_experience": 8,
            "specializations": ["Root Canal", "General Dentistry"],
            "contact_number": "+1234567890",
            "gender": "Male",
        }
    ],
    "clinic": "Bright Smiles Dental",
}
_SLOTS_FOUND = {
    "available_slots": [
        {
            "id": 12,
            "doctor": "John",
            "start_time": "10:00",
            "end_time": "10:30",
            "booked": False,
        }
    ],
    "booked_slots": [
        {
            "id": 14,
            "doctor": "John",
            "start_time": "11:00",
            "end_time": "11:30",
            "booked": True,
        }
    ],
}

ANSWERS = (
    SeedAnswer("post", _TOKEN, 200, {"data_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."}),
    SeedAnswer("post", _TOKEN, 404, _NO_CLINIC),
    SeedAnswer("get", _VERIFY, 200, {"success": True}),
    SeedAnswer("get", _VERIFY, 200, {"success": False}),
    SeedAnswer("get", _VERIFY, 404, _NO_CLINIC),
    SeedAnswer("post", _LOGIN, 200, _SIGNED_IN),
    SeedAnswer("post", _LOGIN, 400, {"error": "Email, password, and tenant ID are required."}),
    SeedAnswer("post", _LOGIN, 400, {"error": "Invalid credentials or please verify your email."}),
    SeedAnswer("post", _LOGIN, 404, {"error": "Invalid tenant ID."}),
    # Printed with the key "error" twice; the first is what this server says, the second what the
    # first description showed.
    SeedAnswer("post", _LOGIN, 500, {"error": "Full traceback error string..."}),
    SeedAnswer("post", _REFRESH, 200, {"api_key": "new_access_token_here", "user_data": _USER}),
    SeedAnswer("post", _REFRESH, 401, _FAILED),
    SeedAnswer("post", _REFRESH, 404, _REQUIRED),
    SeedAnswer("post", _REFRESH, 500, {"error": _WRONG, "message": "Detailed error message here"}),
    SeedAnswer("post", _LOGOUT, 200, {"message": "logout successfully"}),
    SeedAnswer("post", _LOGOUT, 401, _FAILED),
    SeedAnswer("post", _LOGOUT, 404, _REQUIRED),
    SeedAnswer("post", _LOGOUT, 500, {"error": _WRONG, "message": "Detailed error message"}),
    SeedAnswer("get", _TREATMENTS, 200, _PAGE),
    SeedAnswer("get", _TREATMENTS, 404, {"error": "Clinic not found"}),
    SeedAnswer("get", _TREATMENTS, 401, _BAD_TOKEN),
    SeedAnswer("get", _DOCTORS, 200, _DOCTORS_FOUND),
    SeedAnswer("get", _DOCTORS, 404, {"error": "No doctors available for this treatment."}),
    SeedAnswer("get", _DOCTORS, 401, _BAD_TOKEN),
    SeedAnswer("get", _DOCTORS, 500, {"error": "An error occurred while fetching doctors."}),
    SeedAnswer("post", _SLOTS, 200, {"available_days": ["Monday", "Wednesday", "Friday"]}),
    SeedAnswer("post", _SLOTS, 200, _SLOTS_FOUND),
    SeedAnswer("post", _SLOTS, 200, {"message": "No slots available for the selected date."}),
    SeedAnswer("post", _SLOTS, 400, {"error": "Missing required parameter: doctor_id."}),
    SeedAnswer("post", _SLOTS, 400, {"error": "Invalid date format. Use YYYY-MM-DD."}),
    SeedAnswer("post", _SLOTS, 400, {"message": "Past dates are not allowed."}),
    SeedAnswer("post", _SLOTS, 404, {"error": "Doctor not found."}),
    SeedAnswer("post", _SLOTS, 500, {"error": "Detailed error message."}),
    SeedAnswer(
        "post",
        _BOOK,
        201,
        {
            "message": "Appointment booked successfully.",
            "appointment_id": 87,
            "appointment_status": "Pending",
        },
    ),
    SeedAnswer("post", _BOOK, 400, {"error": "Missing required parameters."}),
    SeedAnswer("post", _BOOK, 400, {"error": "Invalid date format. Use YYYY-MM-DD."}),
    SeedAnswer("post", _BOOK, 400, {"error": "Cannot book past dates."}),
    SeedAnswer("post", _BOOK, 400, {"error": "Slot is unavailable on this date."}),
    SeedAnswer("post", _BOOK, 400, {"error": "Slot is already booked."}),
    SeedAnswer("post", _BOOK, 404, {"error": "Patient not found."}),
    SeedAnswer("post", _BOOK, 404, {"error": "Doctor not found."}),
    SeedAnswer("post", _BOOK, 404, {"error": "Treatment not found."}),
    SeedAnswer("post", _BOOK, 404, {"error": "Slot not found."}),
    SeedAnswer(
        "post",
        _BOOK,
        500,
        {"error": "An unexpected error occurred. Please try again later."},
    ),
)
