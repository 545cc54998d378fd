"""Typed errors of the product; one handler in ``medcor.web.errors`` turns them into an answer.

``text`` is the English source text for a person, translated where it is shown; ``details`` are
its named parts.
"""

from __future__ import annotations


def N_(text: str) -> str:
    """Mark a text for the catalogue of translations where it stands, before it is shown."""
    return text


class DomainError(Exception):
    """A rule said no. ``status`` is the HTTP status, ``code`` a stable name for scripts."""

    status = 400
    code = "bad_request"
    text = N_("That could not be done.")

    def __init__(self, text: str | None = None, **details: object) -> None:
        super().__init__(text or self.text)
        self.text = text or self.text
        self.details = details


class NotFound(DomainError):
    status, code = 404, "not_found"
    text = N_("That was not found. It may have been removed, or the link is wrong.")


class ClinicNotFound(NotFound):
    code = "clinic_not_found"
    text = N_("This clinic was not found.")


class PatientNotFound(NotFound):
    code = "patient_not_found"
    text = N_("This patient was not found.")


class DoctorNotFound(NotFound):
    code = "doctor_not_found"
    text = N_("This doctor was not found.")


class TreatmentNotFound(NotFound):
    code = "treatment_not_found"
    text = N_("This treatment was not found, or this doctor does not offer it.")


class SlotNotFound(NotFound):
    code = "slot_not_found"
    text = N_("This time was not found.")


class NoDoctors(NotFound):
    code = "no_doctors"
    text = N_("No doctor offers this treatment at the moment.")


class RecordNotFound(NotFound):
    code = "record_not_found"
    text = N_("There is no record of this appointment.")


class AppointmentNotFound(NotFound):
    code = "appointment_not_found"
    text = N_("This appointment was not found.")


class NotAllowed(DomainError):
    status, code = 403, "forbidden"
    text = N_("Your account may not do this.")


class SignInRequired(DomainError):
    status, code = 401, "unauthorized"
    text = N_("Please sign in to go on.")


class SessionEnded(SignInRequired):
    code = "session_ended"
    text = N_("Your session has ended. Please sign in again.")


class ChatbotTokenRefused(SignInRequired):
    """A chatbot token that is missing, expired, or another clinic's."""

    code = "chatbot_token_refused"


class KeyRefused(SignInRequired):
    """An ``X-Api-Key`` that is missing, over, or another person's."""

    code = "key_refused"


class RefreshRefused(SignInRequired):
    """A refresh token that is missing, over, or was used before."""

    code = "refresh_refused"


class OriginRefused(NotAllowed):
    """A call from a web origin that the clinic has not listed."""

    code = "origin_refused"
    text = N_("This page may not use the clinic's widget.")


class InvalidCredentials(DomainError):
    status, code = 400, "invalid_credentials"
    text = N_("Invalid credentials or please verify your email.")


class LinkExpired(DomainError):
    status, code = 400, "link_expired"
    text = N_("This link has expired or was already used. Ask for a new one.")


class Conflict(DomainError):
    status, code = 409, "conflict"
    text = N_("Somebody changed this in the meantime. Look at it again and retry.")


class StaleEdit(Conflict):
    """A form was filled in over an older state; ``current`` in ``details`` is today's version."""

    code = "stale_edit"
    text = N_(
        "Somebody else saved this while you were editing. Your input is still here: look at what "
        "is saved now, then save again if yours is right."
    )


class NameTaken(Conflict):
    code = "name_taken"
    text = N_("There is already one with this name.")


class WebhookTaken(Conflict):
    code = "webhook_taken"
    text = N_("There is already a webhook with this address.")


class EmailTaken(Conflict):
    code = "email_taken"
    text = N_("There is already an account with this email at this clinic.")


class InvalidInput(DomainError):
    """Input out of its form; ``field`` in ``details`` names the culprit."""

    status, code = 400, "invalid_input"
    text = N_("Please check what you entered.")


class MissingParameter(InvalidInput):
    code = "missing_parameter"
    text = N_("Something is missing. Please fill in every field.")


class InvalidDate(InvalidInput):
    code = "invalid_date"
    text = N_("This date can't be read. Use the form YYYY-MM-DD.")


class BookingRefused(Conflict):
    """Base of the named reasons why a time can't be booked."""

    status, code = 409, "booking_refused"
    text = N_("This time can't be booked.")


class PastDate(BookingRefused):
    code = "past_date"
    text = N_("This time has passed. Please choose a later one.")


class SlotUnavailable(BookingRefused):
    code = "slot_unavailable"
    text = N_("The doctor is not available at this time. Please choose another one.")


class SlotTaken(BookingRefused):
    code = "slot_taken"
    text = N_("This time has just been booked. Please choose another one.")


class PatientBusy(BookingRefused):
    code = "patient_busy"
    text = N_("You already have an appointment at this time.")


class TooManyHolds(BookingRefused):
    code = "too_many_holds"
    text = N_("You already hold two times. Book one of them or give it back first.")


class OfferOver(Conflict):
    """An offer that was answered, ran out of time, or was overtaken."""

    code = "offer_over"
    text = N_("This offer is over. Look at the free times, or ask the clinic.")


class AlreadyWaiting(Conflict):
    code = "already_waiting"
    text = N_("You are already on the waiting list for this treatment.")


class SeriesConflict(Conflict):
    """Some times of a series can't be booked; ``plan`` in ``details`` says which and why."""

    code = "series_conflict"
    text = N_("Some of these times can't be booked. Nothing was booked; look at the list.")


class RequestKeyReused(Conflict):
    """An ``Idempotency-Key`` that this patient sent with another booking before."""

    code = "request_key_reused"


class TransitionRefused(Conflict):
    code = "transition_refused"
    text = N_("This appointment can't be changed that way any more.")


class CancellationTooLate(TransitionRefused):
    code = "cancellation_too_late"
    text = N_("It is too late to cancel this appointment here. Please call the clinic.")


class MovingTooLate(TransitionRefused):
    code = "moving_too_late"
    text = N_("It is too late to move this appointment here. Please call the clinic.")


class SlotOverlap(Conflict):
    code = "slot_overlap"
    text = N_("This doctor already has an opening at this time.")


class DaysOffOverlap(Conflict):
    """Days off beside others of the same doctor; ``clash`` in ``details`` are the other ones."""

    code = "days_off_overlap"
    text = N_("This doctor is already off on some of these days.")


class AppointmentsAffected(Conflict):
    """Days off would hit booked patients; ``affected`` in ``details`` lists them."""

    code = "appointments_affected"
    text = N_("Patients are booked on these days. Decide what happens to them, then save.")


class CreditsExhausted(DomainError):
    status, code = 402, "credits_exhausted"
    text = N_("The clinic has no credits left.")


class TooManyRequests(DomainError):
    status, code = 429, "rate_limited"
    text = N_("Too many tries. Please wait a moment and try again.")


class TooManySessions(TooManyRequests):
    code = "too_many_sessions"
    text = N_("You already have the assistant open elsewhere. Close it there first.")


class TalkMoved(DomainError):
    """Another process serves the talk by now: what this one still had to write is its task."""

    status, code = 409, "session_ended"
    text = N_("This talk goes on elsewhere.")


class PromptRequired(DomainError):
    status, code = 409, "prompt_required"
    text = N_("The assistant was not prepared. Please reload the page.")


class IdentityMismatch(DomainError):
    status, code = 403, "identity_mismatch"
    text = N_("This talk belongs to another account. Please reload the page.")


class UnsupportedLanguage(DomainError):
    status, code = 400, "unsupported_language"
    text = N_("Speech is not available in this language here. Please type instead.")


class BadMessage(DomainError):
    status, code = 400, "bad_message"
    text = N_("The server could not read that message.")


class RecogniserUnavailable(DomainError):
    status, code = 503, "recogniser_unavailable"
    text = N_("Speech recognition can't be reached. You can go on by typing.")


class ModelUnavailable(DomainError):
    status, code = 503, "model_unavailable"
    text = N_("The language model can't be reached. The guided assistant answers instead.")


class TryAgain(DomainError):
    """The database asked for a retry (deadlock, serialisation, lock time-out)."""

    status, code = 503, "try_again"
    text = N_("The system is busy. Please try again.")


class TenantScopeError(RuntimeError):
    """A statement would reach tenant-owned rows without, or across, the clinic in scope."""
