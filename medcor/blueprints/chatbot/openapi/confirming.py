"""Hold a time, give it back, book it."""

from __future__ import annotations

from medcor.domain import errors

from .parts import (
    Part,
    answer,
    body,
    failing,
    headers,
    operation,
    parameters,
    refusals,
    schema,
    texts,
)
from .shared import BY_KEY, TOKEN_AND_KEY, TOKEN_MAYBE_KEY

_SLOT = ("ClinicId", "TreatmentId", "SlotId")
# In the order in which a booking names them, whoever it is for.
_BOOKING_ERRORS = (
    errors.MissingParameter(),
    errors.InvalidDate(),
    errors.PastDate(),
    errors.PatientNotFound(),
    errors.DoctorNotFound(),
    errors.TreatmentNotFound(),
    errors.SlotNotFound(),
    errors.SlotUnavailable(),
    errors.SlotTaken(),
)
_UNEXPECTED = {"error": "An unexpected error occurred. Please try again later."}

_BOOK: Part = {
    "/{clinic_id}/treatments/{treatment_id}/get-doctors/slots/{slot_id}/book/": {
        "post": operation(
            "booking",
            "book",
            "Book a slot for a registered patient.",
            {
                "201": answer(
                    "The appointment waits for the clinic's word.",
                    schema("Booked"),
                    {
                        "booked": {
                            "message": "Appointment booked successfully.",
                            "appointment_id": 87,
                            "appointment_status": "Pending",
                        }
                    },
                ),
                **refusals("book", *BY_KEY, *_BOOKING_ERRORS, errors.RequestKeyReused()),
                **failing(with_body=True),
                "500": answer(
                    "Something nobody foresaw.", texts([_UNEXPECTED]), {"failed": _UNEXPECTED}
                ),
            },
            security=TOKEN_MAYBE_KEY,
            description="A clinic may ask for the patient's key, whose address must then be "
            "`patient_email`. With it the patient's own hold of the time gives way.",
            parameters=parameters(*_SLOT, "IdempotencyKey"),
            requestBody=body(
                "BookingWish",
                {
                    "wish": {
                        "patient_email": "john@example.com",
                        "doctor_id": 13,
                        "appointment_date": "2025-04-12",
                    }
                },
            ),
        )
    }
}

_HOLD: Part = {
    "/{clinic_id}/treatments/{treatment_id}/get-doctors/slots/{slot_id}/hold/": {
        "post": operation(
            "booking",
            "hold",
            "Keep a time for the patient for five minutes.",
            {
                "201": answer(
                    "The hold; for the same time again the one that stands, no longer than before.",
                    schema("Held"),
                    {
                        "held": {
                            "hold_id": 3,
                            "expires_at": "2026-03-04T06:05:00Z",
                            "seconds": 300,
                        }
                    },
                ),
                **refusals("hold", *BY_KEY, *_BOOKING_ERRORS, errors.TooManyHolds()),
                **failing(with_body=True),
            },
            security=TOKEN_AND_KEY,
            description="Nobody holds more than two times. Holding is safe to repeat by itself and "
            "needs no `Idempotency-Key`.",
            parameters=parameters(*_SLOT),
            requestBody=body(
                "HoldWish", {"wish": {"doctor_id": 13, "appointment_date": "2026-03-09"}}
            ),
        )
    },
    "/{clinic_id}/holds/{hold_id}/": {
        "delete": operation(
            "booking",
            "release",
            "Give a held time back.",
            {
                "204": {"description": "It is free again.", "headers": headers()},
                **refusals("release", *BY_KEY, errors.NotFound()),
                **failing(),
            },
            security=TOKEN_AND_KEY,
            parameters=parameters("ClinicId", "HoldId"),
        )
    },
}

PATHS: Part = _BOOK | _HOLD
