"""Every page path of the product's published description: methods, roles, headings.

``GET`` gives the heading by role (a set of roles shares one); a role that is not named gets 403.
``POST`` names the roles that may send; the other methods of a path answer 405.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ADMIN, DOCTOR, PATIENT = "admin", "doctor", "patient"
ALL = (ADMIN, DOCTOR, PATIENT)
STAFF = (ADMIN, DOCTOR)


@dataclass(frozen=True)
class SeedPath:
    """One path: ``get`` maps roles to headings, ``post`` lists roles, ``view`` is its endpoint."""

    path: str
    view: str
    get: dict[str, str] = field(default_factory=dict)
    post: tuple[str, ...] = ()


def shared(roles: tuple[str, ...], heading: str) -> dict[str, str]:
    return dict.fromkeys(roles, heading)


PATHS = (
    # Account
    SeedPath("/admin_profile/", "account.user_profile", {ADMIN: "Admin Test"}),
    SeedPath("/profile/edit/", "account.edit_user_profile", shared(ALL, "Edit your profile"), ALL),
    SeedPath("/create_doctor/", "account.create_doctor", {ADMIN: "Add a doctor"}, (ADMIN,)),
    SeedPath("/list_doctors/", "account.list_doctors", {ADMIN: "Doctors"}),
    SeedPath(
        "/edit_doctor/{doctor_id}/",
        "account.edit_doctor",
        {ADMIN: "Edit Dr. Doctor Test"},
        (ADMIN,),
    ),
    SeedPath("/delete_doctor/", "account.delete_doctor", {}, (ADMIN,)),
    SeedPath(
        "/profile/",
        "account.profile_view",
        {ADMIN: "Admin Test", DOCTOR: "Doctor Test", PATIENT: "Patient Test"},
    ),
    SeedPath(
        "/view_clinic_details/", "account.view_clinic_details", shared(ALL, "Clinic one.test")
    ),
    SeedPath("/admin_clinic_details/", "account.admin_clinic_details", {ADMIN: "Clinic settings"}),
    SeedPath("/clinic/edit/", "account.edit_clinic_details", {ADMIN: "Edit the clinic"}, (ADMIN,)),
    SeedPath("/create_patient/", "account.create_patient", {ADMIN: "Add a patient"}, (ADMIN,)),
    SeedPath("/list_patients/", "account.list_patients", {ADMIN: "Patients"}),
    SeedPath(
        "/edit_patient/{patient_id}/",
        "account.edit_patient",
        {ADMIN: "Edit Patient Test"},
        (ADMIN,),
    ),
    SeedPath("/delete_patient/", "account.delete_patient", {}, (ADMIN,)),
    SeedPath("/clinic_portfolio/", "account.clinic_portfolio", shared(ALL, "What we offer")),
    # Treatment
    SeedPath("/add_treatment/", "treatment.add_treatment", {ADMIN: "Add a treatment"}, (ADMIN,)),
    SeedPath("/list_treatments/", "treatment.list_treatments", shared(STAFF, "Treatments")),
    SeedPath(
        "/edit_treatment/{treatment_id}/",
        "treatment.edit_treatment",
        {ADMIN: "Edit treatment"},
        (ADMIN,),
    ),
    SeedPath(
        "/delete_treatment/{treatment_id}/",
        "treatment.delete_treatment",
        {ADMIN: "Stop offering this treatment?"},
        (ADMIN,),
    ),
    # Appointment
    SeedPath("/treatment-list/", "appointment.treatment_list", shared(ALL, "Treatments")),
    SeedPath(
        "/treatment_list_for_new_appointment_booking/",
        "appointment.treatment_list_for_new_appointment_booking",
        shared(ALL, "What do you need?"),
    ),
    SeedPath(
        "/view-treatment/{treatment_id}/",
        "appointment.view_treatment",
        shared(ALL, "Dental Cleaning"),
    ),
    SeedPath(
        "/get-doctors-for-treatment/{treatment_id}/",
        "appointment.get_doctors_for_treatment",
        shared(ALL, "Who should see you?"),
    ),
    SeedPath(
        "/available-slots/{doctor_id}/{treatment_id}/",
        "appointment.available_slots",
        shared(ALL, "When suits you?"),
    ),
    SeedPath(
        "/slot/{slot_id}/{treatment_id}/",
        "appointment.book_slot",
        {PATIENT: "Is everything right?"},
        (PATIENT,),
    ),
    SeedPath("/fetch-slots/", "appointment.fetch_slots", {}, ALL),
    SeedPath(
        "/appointment-success/",
        "appointment.appointment_success",
        {PATIENT: "Your appointment is booked"},
    ),
    SeedPath(
        "/view_appointments/", "appointment.view_appointments", {PATIENT: "Your appointments"}
    ),
    SeedPath(
        "/doctor_appointments/", "appointment.doctor_appointments", shared(STAFF, "Appointments")
    ),
    SeedPath(
        "/appointment-details/{appointment_id}/",
        "appointment.appointment_details",
        shared(ALL, "Dental Cleaning"),
    ),
    SeedPath(
        "/cancel_appointment/{appointment_id}/",
        "appointment.cancel_appointment",
        shared(ALL, "Cancel this appointment?"),
        ALL,
    ),
    SeedPath(
        "/slots-and-excluded-dates/",
        "appointment.doctor_slots_and_excluded_dates_list",
        {ADMIN: "Week of Dr. Doctor Test", DOCTOR: "My week"},
    ),
    SeedPath("/add-slot/", "appointment.add_slot", {}, STAFF),
    SeedPath("/edit-slot/", "appointment.edit_slot_for_doctor", {}, STAFF),
    SeedPath("/delete-slot/", "appointment.delete_slot_for_doctor", {}, STAFF),
    SeedPath("/add-exclusion-date/", "appointment.add_exclusion_date", {}, STAFF),
    SeedPath("/edit-exclude-date/", "appointment.edit_exclude_date", {}, STAFF),
    SeedPath("/delete-exclude-date/", "appointment.delete_exclude_date", {}, STAFF),
    SeedPath(
        "/view_appointments/add-medical-record/{appointment_id}/",
        "appointment.appointment_medical_record",
        {DOCTOR: "Medical record of Patient Test"},
        (DOCTOR,),
    ),
    SeedPath("/view_appointments/add-medical-record/", "appointment.medical_record", {}, (DOCTOR,)),
)
# For visitors without an account; the staff's sign-in is the product's own addition.
PUBLIC = {
    "/patient/login/": ("account.patient_login", "Sign in"),
    "/patient/register/": ("account.patient_register", "Create an account"),
    "/patient/forgot-password/": ("account.patient_forgot_password", "Forgot your password?"),
}
