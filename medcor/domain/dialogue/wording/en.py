"""English sentences of the guided assistant."""

from __future__ import annotations

from . import doctor_en

TEXTS: dict[str, str | tuple[str, ...]] = {
    "and": "and",
    "or": "or",
    "wish_on": "on {day}",
    "wish_span": "between {first} and {last}",
    "wish_from": "from {day}",
    "wish_at": "at {clock}",
    "wish_between": "between {after} and {before}",
    "wish_after": "from {clock}",
    "wish_before": "before {clock}",
    "greeting": (
        "Hello {name}. I can book, show and cancel your appointments at {clinic}. "
        "What would you like to do?"
    ),
    "greeting_nameless": (
        "Hello. I can book, show and cancel your appointments at {clinic}. What "
        "would you like to do?"
    ),
    "help": (
        "I can find free times and book them, show or cancel your appointments, "
        "tell you prices, doctors, opening hours and the address, or ask the staff "
        "to contact you. For example, say: I would like to book {example}."
    ),
    "not_understood": (
        "Sorry, I did not understand that. I can book or cancel an "
        "appointment, show your appointments, and tell you prices and opening "
        "hours. What would you like?",
        "I still did not get that. Try a short sentence, such as: book "
        "{example}, or: what are my appointments? I can also ask the staff to "
        "contact you: just say yes.",
        "I am sorry, I can't follow. Shall I ask the staff to contact you?",
    ),
    "anything_else": "Is there anything else I can do for you?",
    "thanks": "You are welcome.",
    "goodbye": "Goodbye, and take care.",
    "nothing_to_repeat": "I have not said anything yet. How can I help?",
    "started_over": "All right, let us start again. What would you like to do?",
    "all_right": "All right.",
    "nothing_pending": "There is nothing waiting for an answer. What would you like to do?",
    "which_treatment": "Which treatment would you like to book? For example {some}.",
    "which_of_treatments": "Which one do you mean: {some}?",
    "no_treatments": (
        "This clinic has no treatments that can be booked at the moment. Shall I "
        "ask the staff to contact you?"
    ),
    "unknown_treatment": (
        "I could not find that among the clinic's treatments. We offer {some}. "
        "Which one would you like?"
    ),
    "treatments": "The clinic offers {some}. Which one would you like to book?",
    "price_one": "{treatment} costs {price} and takes {minutes} minutes.",
    "look_for_time": "Shall I look for a free time?",
    "price_list": "These are the prices: {some}. Would you like to book one of them?",
    "doctors": "These doctors work here: {some}. Would you like to book with one of them?",
    "doctors_for": "{treatment} is given by {some}.",
    "no_doctors": ("No doctor can be booked at the moment. Shall I ask the staff to contact you?"),
    "which_of_doctors": "Which doctor do you mean: {some}?",
    "doctor_not_for": "{doctor} does not give {treatment}; it is given by {some}.",
    "doctor_gives": "{doctor} gives {some}. Which one would you like to book?",
    "no_other_doctor": "No other doctor gives {treatment} here.",
    "offer_intro": "{treatment} takes {minutes} minutes and costs {price}.",
    "offer": "I have these free times: {some}. Which one would you like?",
    "offer_line": "{number}. {day} at {clock} with {doctor}",
    "no_time_wish": "Nothing is free {wish}.",
    "why_doctor_inactive": "This doctor can't be booked at the moment.",
    "why_treatment_inactive": "This treatment is not offered at the moment.",
    "why_treatment_not_given": "This doctor does not offer this treatment.",
    "why_no_slot_that_day": "On {day} there are no consulting hours.",
    "why_no_slot_at_that_time": "On {day} there is no appointment at {clock}.",
    "why_not_for_treatment": "{day} at {clock} is meant for other treatments.",
    "why_clinic_closed": "On {day} at {clock} the clinic is closed.",
    "why_excluded": "On {day} the doctor is away.",
    "why_too_far": "{day} is too far ahead: it can't be booked yet.",
    "why_impossible_time": "On {day} the clocks are changed, and {clock} does not exist.",
    "why_past": "{day} at {clock} is over.",
    "why_too_soon": "{day} at {clock} is too soon to be booked here. Please call the clinic.",
    "why_doctor_busy": "{day} at {clock} is already taken.",
    "why_held": (
        "Somebody is just confirming {day} at {clock}; it may be free again in a few minutes."
    ),
    "why_patient_busy": "You already have an appointment on {day} at {clock}.",
    "nearest": "The nearest free times are: {some}. Which one would you like?",
    "nearest_one": "The nearest free time is: {some}. Shall I take it?",
    "no_times": (
        "There is no free time for {treatment} in the next {days} days. Shall I "
        "ask the staff to contact you?"
    ),
    "no_more_times": "There are no more free times in that direction.",
    "which_time": "Which one would you like: {some}?",
    "which_time_again": (
        "Please say the number of a time, for example the first one, or another "
        "day or time: {some}."
    ),
    "which_day": "Which day would suit you?",
    "taken": "I am sorry, that time has just been taken.",
    "hold_lost": (
        "I could keep that time for you for five minutes only, and somebody has taken it since."
    ),
    "past": "I am sorry, that time has passed.",
    "busy": "You already have an appointment at that time.",
    "changed": "The clinic has just changed that time or its price.",
    "summary": "{treatment} with {doctor} on {day} at {clock}, {price}. Shall I book it?",
    "summary_again": (
        "Please say yes or no: {treatment} with {doctor} on {day} at {clock}, "
        "{price}. Shall I book it?"
    ),
    "not_booked": "All right, I have not booked it. Would another time suit you?",
    "booked": (
        "Done: {treatment} with {doctor} on {day} at {clock} is booked. The clinic will confirm it."
    ),
    "booked_move": "Your earlier appointment is still there: {old}. Shall I cancel it?",
    "booked_card": "Booked",
    "move": "To move it, I book a new time first and cancel the old one afterwards.",
    "move_which": "Which appointment would you like to move? {some}.",
    "appointments": "You have {count} coming appointments: {some}.",
    "appointment_only": "Your next appointment is {some}.",
    "no_appointments": "You have no coming appointments. Would you like to book one?",
    "appointment_line": "{treatment} with {doctor} on {day} at {clock} ({status})",
    "status_Pending": "waiting for the clinic's confirmation",
    "status_Confirmed": "confirmed",
    "status_Completed": "completed",
    "status_No-show": "missed",
    "status_Cancelled": "cancelled",
    "cancel_which": "Which appointment shall I cancel? {some}.",
    "cancel_ask": "Shall I cancel {some}?",
    "cancel_ask_again": "Please say yes or no: shall I cancel {some}?",
    "cancel_kept": "All right, the appointment stays as it is.",
    "cancelled": "Done: {some} is cancelled.",
    "cancelled_card": "Cancelled",
    "cancel_none": "You have no coming appointment that could be cancelled.",
    "cancel_too_late": (
        "It is too late to cancel this appointment here. Please call the "
        "clinic{phone}, or shall I ask the staff to contact you?"
    ),
    "call_at": " at {phone}",
    "already_changed": "This appointment has been changed in the meantime, so I did nothing.",
    "hours": "Opening hours of {clinic}: {some}.",
    "hours_line": "{days} {spans}",
    "no_hours": "The clinic has not entered its opening hours.{phone}",
    "address": "{clinic} is at {address}.",
    "no_address": "The clinic has not entered its address.",
    "phone": "You can reach {clinic} by phone at {phone}.",
    "email": "Its email address is {email}.",
    "no_phone": "The clinic has not entered a phone number.",
    "closed": "closed",
    "handed_over": "I have told the staff; they will contact you.",
    "handed_over_already": "The staff already know that you asked for them.",
    "handover_card": "Handed over to the staff",
    "handover_ask": "Shall I ask the staff to contact you?",
    "medical": (
        "I can't give medical advice. A doctor can: I can book an appointment, or "
        "ask the staff to contact you."
    ),
    "symptom": (
        "I am sorry to hear that. I can't give medical advice, but I can book you "
        "an appointment with a doctor."
    ),
    "emergency": "This sounds like an emergency. Please call {number} now.",
    "emergency_self_harm": (
        "I am worried about you. Please call {number} now, or go to the nearest "
        "emergency department, and do not stay alone."
    ),
    "emergency_told": "I have told the clinic's staff, but do not wait for them.",
    "handover_taken": "{name} from {clinic} has seen your message and will contact you.",
    "handover_taken_by_staff": "{clinic} has seen your message and will contact you.",
    "handover_taken_card": "The staff have seen it",
    "handover_untaken": (
        "Nobody at the clinic has been able to look at your message yet. In an emergency, call "
        "{number}."
    ),
    "handover_untaken_call": (
        "Nobody at the clinic has been able to look at your message yet. Please call {phone}; in "
        "an emergency, call {number}."
    ),
    "alarm_untaken": (
        "Nobody at the clinic has been able to look at your message yet. Do not wait for them: "
        "call {number} now if you have not done so."
    ),
    "alarm_untaken_call": (
        "Nobody at the clinic has been able to look at your message yet. Do not wait for them: "
        "call {number} now if you have not done so. The clinic's number is {phone}."
    ),
    "emergency_card": "Call {number}",
    "step_find_free_times": "Looking for free times",
    "step_list_treatments": "Looking at the treatments",
    "step_list_doctors": "Looking at the doctors",
    "step_book_appointment": "Booking",
    "step_cancel_appointment": "Cancelling",
    "step_list_my_appointments": "Looking at your appointments",
    "step_clinic_info": "Looking at the clinic's details",
    "step_hand_over_to_staff": "Telling the staff",
    "trouble": (
        "Something went wrong on our side and nothing was changed. Please try "
        "again, or shall I ask the staff to contact you?"
    ),
    "trouble_unsure": (
        "Something went wrong on our side. Please look at your appointments before you try again."
    ),
    "busy_system": ("The system is busy at the moment and nothing was changed. Please try again."),
    "model_unavailable": (
        "The language model can't be reached. The guided assistant answers instead."
    ),
    "step_limit": "That needed too many steps. Please ask for one thing at a time.",
    "times_card": "Free times",
    "treatments_card": "Treatments",
    "doctors_card": "Doctors",
    "appointments_card": "Your appointments",
    "confirm_card": "Please confirm",
    "cancel_card": "Cancel this appointment?",
    "day_card": "Your day",
    "clinic_card": "The clinic",
    "time_line": "{day} at {clock}",
    "minutes": "{minutes} minutes",
    "say_option": "Number {number}",
    "say_yes": "Yes",
    "say_no": "No",
    "say_yes_book": "Yes, book it",
    "say_yes_cancel": "Yes, cancel it",
    "say_keep": "No, keep it",
    "say_other_day": "Another day",
    "say_later": "Later",
    "say_book": "Book {treatment}",
    "say_book_with": "Book with {doctor}",
    "say_cancel": "Cancel appointment",
    "say_staff": "Ask the staff",
    **doctor_en.TEXTS,
}
