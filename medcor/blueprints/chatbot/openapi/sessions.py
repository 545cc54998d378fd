"""Chatbot tokens, a patient's registration and sign-in, and this document itself."""

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
)
from .shared import NOBODY, REFRESH, failed

_JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."
_USER = {
    "user_id": 42,
    "email": "user@example.com",
    "name": "John Doe",
    "profile_pic": "https://app.medcor.ai/media/profile_pic.jpg",
    "schema_name": "clinic_42",
}
_RECENT = {
    "id": 123,
    "treatment__name": "Dental Cleaning",
    "doctor__users__first_name": "John",
    "doctor__users__last_name": "Doe",
    "appointment_slot_date": "2025-04-12",
    "appointment_slot_start_time": "10:00:00",
    "appointment_slot_end_time": "10:30:00",
}
_PROMPT = (
    "Hi John Doe, you have an appointment for Dental Cleaning with Dr. John Doe. "
    "Your appointment is scheduled from 10:00:00 to 10:30:00 on 2025-04-12."
)
_PUBLISHED_500 = "Something went wrong. Please try again later."

_TOKENS: Part = {
    "/generate-chatbot-token/{clinic_id}/": {
        "post": operation(
            "tokens",
            "generate_chatbot_token",
            "Issue the clinic's chatbot token for 24 hours.",
            {
                "200": answer("The token.", schema("DataToken"), {"token": {"data_token": _JWT}}),
                **refusals(
                    "generate_chatbot_token", errors.ClinicNotFound(), errors.OriginRefused()
                ),
                **failing(),
            },
            security=NOBODY,
            parameters=parameters("ClinicId"),
        )
    },
    "/verify-token/{clinic_id}/{token}/": {
        "get": operation(
            "tokens",
            "verify_token",
            "Say whether a token is a chatbot token of this clinic and still in force.",
            {
                "200": answer(
                    "The verdict.",
                    schema("Verified"),
                    {"good": {"success": True}, "bad": {"success": False}},
                ),
                **refusals("verify_token", errors.ClinicNotFound()),
                **failing(),
            },
            security=NOBODY,
            parameters=parameters("ClinicId", "Token"),
        )
    },
}

_LOGIN: Part = {
    "/chatbot/login/{clinic_id}/{token}/": {
        "post": operation(
            "sessions",
            "login",
            "Sign a patient in.",
            {
                "200": answer(
                    "The key, who they are, and the appointment they may ask about.",
                    schema("SignedIn"),
                    {
                        "with_appointment": {
                            "api_key": _JWT,
                            "recent_appointment": _RECENT,
                            "appointment_prompt": _PROMPT,
                            "user_data": _USER,
                        },
                        "without_appointment": {
                            "api_key": _JWT,
                            "recent_appointment": None,
                            "appointment_prompt": "Hi John Doe.",
                            "user_data": _USER | {"profile_pic": None},
                        },
                    },
                    "Set-Cookie",
                ),
                **refusals(
                    "login",
                    errors.ClinicNotFound(),
                    errors.ChatbotTokenRefused(),
                    errors.MissingParameter(),
                    errors.InvalidCredentials(),
                ),
                **failing(with_body=True),
                "500": failed({"error": "Full traceback error string..."}),
            },
            security=NOBODY,
            parameters=parameters("ClinicId", "Token"),
            requestBody=body(
                "Credentials",
                {"patient": {"email": "user@example.com", "password": "securepassword"}},
            ),
        )
    }
}

_REGISTRATION: Part = {
    "/chatbot/register/{clinic_id}/{token}/": {
        "post": operation(
            "sessions",
            "register_patient",
            "Register a new patient.",
            {
                "202": answer(
                    "A mail is on its way, whether or not the address was known before: it shows "
                    "the owner of the address how to go on.",
                    schema("Registered"),
                    {"mailed": {"message": "Please verify your email."}},
                ),
                "400": answer(
                    "What is wrong with which field.",
                    schema("FieldErrors"),
                    {
                        "short_password": {
                            "error": errors.InvalidInput.text,
                            "fields": {"password": ["Use at least 10 characters."]},
                        }
                    },
                ),
                **refusals(
                    "register_patient", errors.ClinicNotFound(), errors.ChatbotTokenRefused()
                ),
                **failing(with_body=True),
            },
            security=NOBODY,
            parameters=parameters("ClinicId", "Token"),
            requestBody=body(
                "Registration",
                {
                    "patient": {
                        "first_name": "Nina",
                        "last_name": "Novak",
                        "email": "nina@example.com",
                        "password": "seven brown foxes",
                    }
                },
            ),
        )
    }
}

_BY_REFRESH = (errors.ChatbotTokenRefused(), errors.RefreshRefused())
_REFRESH: Part = {
    "/chatbot/token/login/{clinc_token}/": {
        "post": operation(
            "sessions",
            "token_login",
            "Exchange the refresh token for a new key, and for a new refresh token.",
            {
                "200": answer(
                    "The new key.",
                    schema("Renewed"),
                    {"renewed": {"api_key": "new_access_token_here", "user_data": _USER}},
                    "Set-Cookie",
                ),
                **refusals("token_login", *_BY_REFRESH),
                **failing(),
                "500": failed({"error": _PUBLISHED_500, "message": "Detailed error message here"}),
            },
            security=REFRESH,
            parameters=parameters("ClincToken"),
        )
    },
    "/chatbot/token/logout/{clinc_token}/": {
        "post": operation(
            "sessions",
            "token_logout",
            "Sign out: the key and the refresh token end at once.",
            {
                "200": answer(
                    "Signed out.",
                    schema("SignedOut"),
                    {"signed_out": {"message": "logout successfully"}},
                    "Set-Cookie",
                ),
                **refusals("token_logout", *_BY_REFRESH),
                **failing(),
                "500": failed({"error": _PUBLISHED_500, "message": "Detailed error message"}),
            },
            security=REFRESH,
            parameters=parameters("ClincToken"),
        )
    },
}

_KEPT = ("Cache-Control", "ETag", "Access-Control-Allow-Origin")
_DESCRIPTION: Part = {
    "/openapi.json": {
        "get": operation(
            "description",
            "openapi_document",
            "This document.",
            {
                "200": {
                    "description": "An OpenAPI 3.1 document.",
                    "headers": headers(*_KEPT),
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                "304": {
                    "description": "The document of the `If-None-Match` that was sent still holds.",
                    "headers": headers(*_KEPT),
                },
                **failing(),
            },
            security=NOBODY,
        )
    }
}

PATHS: Part = _TOKENS | _LOGIN | _REGISTRATION | _REFRESH | _DESCRIPTION
