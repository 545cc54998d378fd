"""What the demo clinics offer; every name here is made up and marked as demo where it is shown."""

from __future__ import annotations

# name, price in minor units, minutes, description
DENTAL = (
    ("Dental Cleaning", 9000, 30, "Removes plaque and tartar and polishes the teeth."),
    ("Dental Check-up", 5000, 30, "Looks at teeth and gums and takes X-rays where needed."),
    ("Tooth Filling", 12000, 30, "Fills a cavity with a tooth-coloured material."),
    ("Root Canal", 32000, 60, "Cleans and seals the inside of an inflamed tooth."),
    ("Tooth Extraction", 15000, 30, "Takes out a tooth that can't be kept."),
    ("Teeth Whitening", 25000, 60, "Brightens the teeth with a protected gel."),
    ("Dental Crown", 48000, 60, "Covers a damaged tooth with a cap made to measure."),
    ("Dental Implant Consultation", 6000, 30, "Plans an implant and explains each step."),
    ("Braces Consultation", 6000, 30, "Looks at the bite and explains ways to align the teeth."),
    ("Gum Treatment", 18000, 60, "Treats inflamed gums below the gum line."),
    ("Children's Check-up", 4500, 30, "A gentle first look at a child's teeth."),
    ("Night Guard", 16000, 30, "Takes a mould for a guard against grinding."),
)
GENERAL = (
    ("General Consultation", 6000, 30, "Talks through a complaint and plans what comes next."),
    ("Blood Test", 4000, 30, "Takes blood for the laboratory; results in two days."),
    ("Vaccination", 3500, 30, "Gives a vaccine and records it."),
    ("Physiotherapy", 7000, 60, "An hour of exercises and manual therapy."),
    ("Skin Check", 8000, 30, "Looks at moles and marks with a dermatoscope."),
    ("Eye Test", 5500, 30, "Measures sight and eye pressure."),
    ("Hearing Test", 5500, 30, "Measures hearing in a quiet booth."),
    ("Heart Check", 14000, 60, "ECG, blood pressure and a talk about the results."),
)

# first name, last name, gender, years, specialisations, indexes into the catalogue
DENTAL_DOCTORS = (
    ("Deniz", "Demo-Arslan", "Female", 12, ("General Dentistry", "Endodontics"), range(0, 12)),
    ("Emre", "Demo-Kaya", "Male", 8, ("General Dentistry",), (0, 1, 2, 4, 10, 11)),
    ("Selin", "Demo-Yildiz", "Female", 15, ("Orthodontics",), (1, 8, 10)),
    ("Murat", "Demo-Sahin", "Male", 20, ("Oral Surgery",), (3, 4, 6, 7, 9)),
    ("Ayla", "Demo-Oz", "Female", 5, ("Cosmetic Dentistry",), (0, 2, 5, 6)),
)
GENERAL_DOCTORS = (
    ("Robin", "Demo-Hall", "Female", 10, ("General Medicine",), range(0, 8)),
    ("Alex", "Demo-Stone", "Male", 7, ("Physiotherapy",), (0, 3)),
    ("Kim", "Demo-Rivers", "Female", 18, ("Dermatology", "Cardiology"), (0, 4, 7)),
)
# By last name: what patients read about a doctor.
BIOS = {
    "Demo-Arslan": "Looks after teeth that others would give up, and explains every step first. "
    "Afraid of the chair? Tell her: she takes the time.",
    "Demo-Kaya": "The doctor for check-ups and fillings, and a favourite of the children.",
    "Demo-Yildiz": "Straightens teeth of all ages, with braces that can hardly be seen.",
    "Demo-Sahin": "Two decades of oral surgery; plans implants on screen together with you.",
    "Demo-Oz": "Whitening, veneers and fillings that nobody notices.",
    "Demo-Hall": "Your first address for any complaint, and for everything that needs a plan.",
    "Demo-Stone": "Gets backs, knees and shoulders moving again, with exercises for at home.",
    "Demo-Rivers": "Skin and heart: looks closely, and says plainly what it is.",
}

CLINICS = (
    {
        "name": "Medcor Demo Clinic",
        "domain": "demo.medcor.test",
        "zone": "Europe/Istanbul",
        "country": "TR",
        "currency": "EUR",
        "street": "Demo Street 1",
        "city": "Istanbul",
        "postcode": "34000",
        "phone": "+90 212 555 01 00",
        "accent": "#0f766e",
        "about": (
            "A made-up dental practice for looking around: five dentists, from check-ups and "
            "cleaning to implants and braces.\n\nWe take time to explain each step, tell the price "
            "before we begin, and keep a free time for pain every morning."
        ),
        "directions": (
            "Two minutes on foot from the tram stop Demo Square. The entrance is beside the "
            "pharmacy; take the lift to the second floor. The car park behind the house is free "
            "for patients, and the door has no step."
        ),
        "credits": 500,
        "patients": 200,
        "treatments": DENTAL,
        "doctors": DENTAL_DOCTORS,
        "names": "tr_TR",
    },
    {
        "name": "Second Demo Clinic",
        "domain": "second.medcor.test",
        "zone": "Europe/London",
        "country": "GB",
        "currency": "GBP",
        "street": "Sample Road 2",
        "city": "London",
        "postcode": "E1 0XX",
        "phone": "+44 20 7946 0100",
        "accent": "#3f51b5",
        "about": (
            "A made-up family practice: general medicine, physiotherapy and skin checks under one "
            "roof."
        ),
        "directions": (
            "Five minutes on foot from Sample Street station, on the corner of the park. Ring the "
            "bell marked Practice; we are on the ground floor."
        ),
        "credits": 200,
        "patients": 100,
        "treatments": GENERAL,
        "doctors": GENERAL_DOCTORS,
        "names": "en_GB",
    },
)
