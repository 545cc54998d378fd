"""English sentences of the doctor's assistant."""

from __future__ import annotations

TEXTS: dict[str, str | tuple[str, ...]] = {
    "doctor_greeting": (
        "Hello {name}. Ask me for your day, your next patient or what happened last time; I can "
        "also free a day and take down a visit."
    ),
    "doctor_help": (
        "I can read out your day, tell you who is next and what happened last time, enter days "
        "off, take down a note of a visit, and give the clinic's opening hours and address."
    ),
    "doctor_not_understood": (
        "Sorry, I did not understand that. Ask for your day, your next patient, the last visit "
        "of a patient, or say: dictate a visit.",
        "I still did not get that. Try: what is my day, who is next, or: free my Friday.",
    ),
    "help_card": "You can say",
    "ask_day": "What is my day like?",
    "ask_tomorrow": "What is my day like tomorrow?",
    "ask_next": "Who is next?",
    "ask_last": "What happened last time?",
    "ask_free": "Free my Friday",
    "ask_dictate": "Dictate a visit",
    "day_empty": "You have no appointments {day}.",
    "day_list": "{count} appointments {day}: {some}.",
    "day_one": "One appointment {day}: {some}.",
    "day_line": "{clock} {patient}, {treatment} ({status})",
    "day_today": "today",
    "day_tomorrow": "tomorrow",
    "day_on": "on {day}",
    "next_patient": (
        "Your next patient is {patient} at {clock} {day}, for {treatment} ({status})."
    ),
    "next_in": "That is in {minutes} minutes.",
    "next_in_one": "That is in {minutes} minute.",
    "next_now": "That is now.",
    "next_late": "You are running {minutes} minutes late.",
    "next_late_one": "You are running {minutes} minute late.",
    "no_next_patient": "You have no coming appointments.",
    "no_present_visit": "No visit of yours is going on now. Say the patient's name.",
    "nobody_at_time": "You have no appointment at {clock} on that day.",
    "unknown_patient": (
        "I don't know such a patient of yours. Say the whole name, or a time of today."
    ),
    "which_patient": "Which one do you mean: {some}?",
    "too_many_patients": "{count} of your patients are called so. Say first name and last name.",
    "patient_line": "{patient}, last on {day}",
    "patient_born_line": "{patient}, born {year}, last on {day}",
    "patients_card": "Which patient?",
    "last_visit_own": "Last time with {patient} was {day}, {treatment}.",
    "last_visit_other": "{patient} was with {doctor} on {day}, {treatment}.",
    "last_complaint": "Complaint: {text}.",
    "last_findings": "Findings: {text}.",
    "last_diagnosis": "Diagnosis: {text}.",
    "last_prescriptions": "Prescribed: {text}.",
    "last_advice": "Advice: {text}.",
    "last_follow_up": "Follow-up on {text}.",
    "later_unwritten": "After that they were here on {day}, and nothing is written about it.",
    "nothing_written": "{patient} was here on {day}, and nothing is written about it.",
    "never_written": "{patient} has not been here before, or nothing is written about it.",
    "record_card": "Record of {patient}",
    "days_which": "Which day or days shall I free?",
    "days_one_range": "I can enter one range of days at a time. Which one first?",
    "days_whole": "I can only free whole days; for part of a day, pause openings of your week.",
    "days_range": "{first} to {last}",
    "days_over": "Those days are over. Name days from today on.",
    "days_long": "That is too long. Name a shorter range of days.",
    "days_already": "You are already off then: {days}. Change it on the page of your week.",
    "days_nobody": "Nobody is booked on {days}.",
    "days_one_patient": "One patient is booked on {days}: {some}.",
    "days_patients": "{count} patients are booked on {days}: {some}.",
    "days_more": "{count} more",
    "days_offer_all": (
        "Each would be offered another time by mail, and it is held for them; until they answer "
        "their appointments stand."
    ),
    "days_offer_some": (
        "{reachable} of {count} would be offered another time by mail; for the others nothing is "
        "free in time, and they come on the list of patients to call. Until then their "
        "appointments stand."
    ),
    "days_keep": "Their appointments would stay, and stand on Today as needing attention.",
    "days_cancel": "All of them would be cancelled at once, and read: “{message}”",
    "days_reason": "As the reason I note: {reason}.",
    "days_ask": "Shall I enter {days} as time off?",
    "days_card": "Time off: {days}?",
    "yes_or_no": "Please say yes or no.",
    "days_not_entered": "All right, nothing is entered.",
    "days_message": (
        "What shall the patients read? Say it in one sentence, such as: I have to be away that day."
    ),
    "days_changed": "Somebody was booked or moved meanwhile, so nothing is entered yet.",
    "days_done": "Done: {days} is entered as time off.",
    "days_offered": "{count} patients are offered another time by mail.",
    "days_offered_one": "{count} patient is offered another time by mail.",
    "days_to_call": "{count} patients have to be called, nothing is free in time.",
    "days_to_call_one": "{count} patient has to be called, nothing is free in time.",
    "days_cancelled": "{count} appointments are cancelled, the patients are told by mail.",
    "days_cancelled_one": "{count} appointment is cancelled, the patient is told by mail.",
    "days_undo": "To take it back, open the card.",
    "days_done_card": "Time off: {days}",
    "to_call_card": "Patients to call",
    "say_offer_them": "Offer another time",
    "say_keep_them": "Keep them",
    "say_cancel_them": "Cancel them",
    "visit_line": "{patient}, {day} at {clock}, {treatment}",
    "visits_card": "Which visit?",
    "dictate_begun": (
        "I take down: {visit}. Say complaint, findings, diagnosis and plan, then: end dictation."
    ),
    "dictate_which": "Which visit: {some}?",
    "dictate_no_visit": (
        "There is no visit of today that could be dictated. Say the patient's name, such as: "
        "dictate for Ayşe."
    ),
    "dictate_not_begun": "That visit has not begun yet, so there is nothing to write.",
    "dictate_not_running": (
        "No dictation is going on, so nothing is taken down. Say: dictate a visit."
    ),
    "dictate_noted": ("Noted.", "Go on.", "Yes.", "Taken down."),
    "dictate_listening": "I am listening.",
    "dictate_scratched": "Taken back: {text}",
    "dictate_nothing": "Nothing is taken down yet.",
    "dictate_read": "So far: {text}",
    "dictate_full": (
        "The note is full, so the last part is not in it. Say end dictation, then sign it."
    ),
    "dictate_lost": "That could not be taken down. Please say it again.",
    "dictate_refused": (
        "Nothing can be written about this visit any more, so the dictation has ended."
    ),
    "dictate_empty": "The dictation has ended. Nothing was taken down.",
    "dictate_ended": (
        "The note of {patient} is ready, {count} words. It is no record yet: open it, check it "
        "and sign it."
    ),
    "draft_card": "Note of {patient}",
    "draft_unsigned": "Not signed",
    "draft_line": "{patient}, {day} at {clock}",
    "drafts_none": "No dictated note waits for your signature.",
    "drafts_one": "One dictated note waits for your signature: {some}.",
    "drafts_many": "{count} dictated notes wait for your signature: {some}.",
    "step_my_day": "Looking at your day",
    "step_next_patient": "Looking for your next patient",
    "step_present_visit": "Looking at the visit going on",
    "step_find_patient": "Looking among your patients",
    "step_last_visit": "Opening the last record",
    "step_check_days_off": "Looking at who is booked",
    "step_free_days": "Entering the time off",
    "step_start_dictation": "Looking for the visit",
    "step_list_drafts": "Looking at your notes",
    "step_sort_dictation": "Sorting the note",
}
