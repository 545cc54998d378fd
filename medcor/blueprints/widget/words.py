"""Every word that the widget's scripts show, in the language in force."""

from __future__ import annotations

from flask_babel import gettext as _

from medcor.domain.passwords import MIN_LENGTH

Words = dict[str, str]


def launcher_words(clinic_name: str) -> Words:
    """What stands outside the frame: the button, the panel's head, and what is said meanwhile."""
    return {
        "label": _("Book an appointment"),
        "region": _("Appointments at %(clinic)s", clinic=clinic_name),
        "close": _("Close"),
        "loading": _("Loading…"),
        "failed": _("The booking can't be shown here just now."),
        "elsewhere": _("Open the clinic's page instead"),
    }


def frame_words() -> Words:
    """What the scripts in the frame say."""
    return _step_words() | _time_words() | _account_words() | _booking_words() | _problem_words()


def _step_words() -> Words:
    return {
        "step": _("Step %(number)s of %(all)s"),
        "back": _("Back"),
        "retry": _("Try again"),
        "loading": _("Loading…"),
        "chosen": _("Your choice"),
        "treatment": _("What do you need?"),
        "search": _("Search treatments"),
        "noMatch": _("No treatment has that name. Try a shorter word."),
        "noTreatments": _("No treatments can be booked here yet. Please call the clinic."),
        "doctor": _("Who should see you?"),
        "anyDoctor": _("Any doctor"),
        "anyDoctorNote": _("Whoever is free first"),
        "noDoctors": _("No doctor gives this treatment at the moment. Choose another one."),
        "years": _("%(years)s years of experience"),
    }


def _time_words() -> Words:
    return {
        "time": _("When suits you?"),
        "first": _("First free times"),
        "noTimes": _("There is no free time at the moment. Choose another doctor, or call."),
        "otherDays": _("Choose another day"),
        "days": _("Days"),
        "earlier": _("Earlier days"),
        "later": _("Later days"),
        "dayNone": _("nothing free"),
        "dayFree": _("%(count)s free"),
        "dayEmpty": _("Nothing is free on %(day)s."),
        "onDay": _("Free times on %(day)s"),
        "pickDay": _("Pick a day to see its times."),
        "gone": _("%(time)s on %(day)s is no longer free."),
        "nearest": _("The nearest free times"),
        "zone": _("All times are the clinic's local times (%(zone)s)."),
        "call": _("Call the clinic: %(phone)s"),
    }


def _account_words() -> Words:
    return {
        "signIn": _("Sign in"),
        "signInLead": _("Sign in, so that the appointment is yours to see, move and cancel."),
        "signInTalk": _("Sign in, so that the assistant can book for you."),
        "register": _("I am new here"),
        "registerTitle": _("Register as a patient"),
        "registerLead": _("It takes a minute. We send a mail to confirm your address."),
        "registerDo": _("Register"),
        "haveAccount": _("I have an account"),
        "firstName": _("First name"),
        "lastName": _("Last name"),
        "email": _("Email"),
        "password": _("Password"),
        "passwordHint": _("At least %(number)s characters.", number=MIN_LENGTH),
        "showPassword": _("Show the password"),
        "hidePassword": _("Hide the password"),
        "forgotten": _("Forgotten your password?"),
        "needed": _("Fill this in."),
        "badEmail": _("Enter an email like name@example.com."),
        "shortPassword": _("Use at least %(number)s characters.", number=MIN_LENGTH),
        "mend": _("Please mend what is marked below."),
        "checkMail": _("Check your mail"),
        "mailSent": _(
            "We sent a mail to %(email)s. Open the link in it, then come back here and sign in. "
            "What you chose is kept."
        ),
        "resend": _("Send the mail again"),
        "confirmedNow": _("I have confirmed, sign in"),
        "signedInAs": _("Signed in as %(name)s"),
        "signOut": _("Sign out"),
        "signedOut": _("You are signed out."),
        "notSignedOut": _(
            "The clinic could not be reached, so you may still be signed in here. Sign in and out "
            "again before you leave this device to others."
        ),
    }


def _booking_words() -> Words:
    return {
        "confirm": _("Is everything right?"),
        "book": _("Book this appointment"),
        "holding": _("Holding the time for you…"),
        "held": _("This time is held for you for %(time)s minutes."),
        "heldOver": _("The time is no longer held for you. It may still be free."),
        "booked": _("Your appointment is booked"),
        "pending": _("The clinic will confirm it. You get a mail about it."),
        "confirmed": _("The clinic has confirmed it."),
        "calendar": _("Add to my calendar"),
        "calendarFailed": _("The file could not be loaded. Try again in a moment."),
        "appointments": _("My appointments"),
        "another": _("Book another appointment"),
        "newWindow": _("(opens in a new window)"),
    }


def _problem_words() -> Words:
    return {
        "offline": _("You seem to be offline. Check your connection, then try again."),
        "limited": _("That was a lot at once. Wait %(seconds)s seconds, then try again."),
        "busy": _("The clinic's system is busy. Try again in a moment."),
        "signed_out": _("Your sign-in has ended. Sign in again to go on."),
        "credentials": _(
            "The email or the password is wrong, or the email is not confirmed yet. Check both, "
            "or open the link in the mail that we sent you."
        ),
        "holds": _("You already hold two times. Book one of them, or wait five minutes."),
        "refused": _("This page may not show the widget. Please use the clinic's own page."),
        "missing": _("This is no longer offered. Start again and choose another one."),
        "unknown": _("Something went wrong. Try again, or call the clinic."),
        "talkSignedOut": _("Your sign-in has ended. Sign in again to go on talking."),
    }
