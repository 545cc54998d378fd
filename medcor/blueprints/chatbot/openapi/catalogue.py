"""Treatments, the doctors who give them, and a doctor's weekdays and slots."""

from __future__ import annotations

from medcor.domain import errors

from .parts import Part, answer, body, failing, operation, parameters, refusals, schema, texts
from .shared import BY_TOKEN, TOKEN, failed

_PAGE = {"type": "integer", "minimum": 1}
_TREATMENTS: Part = {
    "/{clinic_id}/treatments/": {
        "get": operation(
            "catalogue",
            "treatments",
            "List the clinic's treatments, a page at a time.",
            {
                "200": answer(
                    "One page.",
                    schema("TreatmentPage"),
                    {
                        "first_page": {
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
                    },
                ),
                **refusals(
                    "treatments", *BY_TOKEN, more={404: {"no_page": {"detail": "Invalid page."}}}
                ),
                **failing(),
            },
            security=TOKEN,
            parameters=[
                *parameters("ClinicId"),
                {"name": "page", "in": "query", "schema": _PAGE | {"default": 1}},
                {
                    "name": "page_size",
                    "in": "query",
                    "description": "More than 100 counts as 100.",
                    "schema": _PAGE | {"default": 10},
                },
            ],
        )
    }
}

_DOCTOR = {
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
_FETCHING_FAILED = {"error": "An error occurred while fetching doctors."}
_DOCTORS: Part = {
    "/{clinic_id}/treatments/{treatment_id}/get-doctors/": {
        "get": operation(
            "catalogue",
            "get_doctors",
            "List the doctors who give a treatment.",
            {
                "200": answer(
                    "The treatment and its doctors.",
                    schema("DoctorsOfTreatment"),
                    {
                        "doctors": {
                            "treatment": {"id": 3, "name": "Root Canal"},
                            "doctors": [_DOCTOR],
                            "clinic": "Bright Smiles Dental",
                        }
                    },
                ),
                **refusals("get_doctors", *BY_TOKEN, errors.NoDoctors()),
                **failing(),
                "500": answer(
                    "Something nobody foresaw.",
                    texts([_FETCHING_FAILED]),
                    {"failed": _FETCHING_FAILED},
                ),
            },
            security=TOKEN,
            parameters=parameters("ClinicId", "TreatmentId"),
        )
    }
}


def _slot(number: int, start: str, end: str, *, booked: bool) -> Part:
    return {
        "id": number,
        "doctor": "John",
        "start_time": start,
        "end_time": end,
        "booked": booked,
    }


_DAY_OF_SLOTS = {
    "available_slots": [_slot(12, "10:00", "10:30", booked=False)],
    "booked_slots": [_slot(14, "11:00", "11:30", booked=True)],
}
_SLOTS: Part = {
    "/{clinic_id}/treatments/{treatment_id}/get-doctors/slots/": {
        "post": operation(
            "catalogue",
            "slots",
            "Tell a doctor's weekdays, or the free and booked slots of one date.",
            {
                "200": answer(
                    "The weekdays without a date, else the slots of the date.",
                    {"oneOf": [schema("Weekdays"), schema("SlotsOfDay"), schema("NoSlots")]},
                    {
                        "weekdays": {"available_days": ["Monday", "Wednesday", "Friday"]},
                        "date": _DAY_OF_SLOTS,
                        "no_slots": {"message": "No slots available for the selected date."},
                    },
                ),
                **refusals(
                    "slots",
                    *BY_TOKEN,
                    errors.InvalidDate(),
                    errors.TreatmentNotFound(),
                    errors.DoctorNotFound(),
                    more={
                        400: {
                            "no_doctor": {"error": "Missing required parameter: doctor_id."},
                            "past_date": {"message": "Past dates are not allowed."},
                        }
                    },
                ),
                **failing(with_body=True),
                "500": failed({"error": "Detailed error message."}),
            },
            security=TOKEN,
            parameters=parameters("ClinicId", "TreatmentId"),
            requestBody=body(
                "SlotsWish",
                {
                    "weekdays": {"doctor_id": 7},
                    "date": {"doctor_id": 7, "date": "2025-04-12"},
                },
            ),
        )
    }
}

PATHS: Part = _TREATMENTS | _DOCTORS | _SLOTS
