"""What a turn is about, by the phrases people use; English and Turkish are read alike."""

from __future__ import annotations

from enum import StrEnum

from .text import has, phrases, plain


class Intent(StrEnum):
    """One goal of a turn. The order of ``_PHRASES`` decides where several fit."""

    STAFF = "staff"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    NEXT_PATIENT = "next_patient"
    MY_DAY = "my_day"
    MY_APPOINTMENTS = "my_appointments"
    PRICE = "price"
    DOCTORS = "doctors"
    TREATMENTS = "treatments"
    HOURS = "hours"
    ADDRESS = "address"
    PHONE = "phone"
    MEDICAL = "medical"
    HELP = "help"
    REPEAT = "repeat"
    START_OVER = "start_over"
    BOOK = "book"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    GREETING = "greeting"


_PHRASES: tuple[tuple[Intent, tuple[str, ...]], ...] = (
    (
        Intent.STAFF,
        phrases(
            """
        human, real person, a person, someone real, receptionist, reception, operator, staff,
        front desk, talk to someone, speak to someone, speak with someone, talk with someone,
        talk to somebody, speak to somebody, call me back, complaint, yetkili*, insanla*,
        gercek bir insan, gercek kisi, biriyle, birisiyle, resepsiyon*, danisma*, operator*,
        sekreter*, gorevli*, beni arayin, beni arasinlar, sikayet*
        """
        ),
    ),
    (
        Intent.RESCHEDULE,
        phrases(
            """
        reschedule, move my appointment, change my appointment, postpone, change the date of
        my, change the time of my, move it to another day, shift my appointment, ertele*,
        randevumu degistir*, randevumun saatini, randevumun tarihini, randevu saatimi
        """
        ),
    ),
    (
        Intent.CANCEL,
        phrases(
            """
        cancel, cancle, cancelled, canceling, cancelling, call off, drop my appointment, cant
        make it, cannot make it, cant come, iptal, iptali, vazgectim, gelemeyecegim,
        gelemiyorum, randevumu sil*
        """
        ),
    ),
    (
        Intent.NEXT_PATIENT,
        phrases(
            """
        next patient, who is next, whos next, next appointment is, siradaki hasta*, siradaki*,
        sonraki hasta*, bir sonraki hasta*
        """
        ),
    ),
    (
        Intent.MY_DAY,
        phrases(
            """
        my day, my schedule, my agenda, todays list, patients today, todays patients, todays
        appointments, my list, how many patients, appointments today, gunum, programim,
        bugunku hastalar*, hastalarim, bugunku randevular*, kac hasta*, listem, ajandam
        """
        ),
    ),
    (
        Intent.MY_APPOINTMENTS,
        phrases(
            """
        my appointments, my appointment, my bookings, my booking, when is my, what did i book,
        upcoming appointments, next appointment, do i have an appointment, do i have any
        appointment*, have i booked, randevularim*, randevum, randevum ne zaman, randevum var
        mi, randevumu goster*, randevumu gor*, randevum hangi
        """
        ),
    ),
    (
        Intent.PRICE,
        phrases(
            """
        price, prices, cost, costs, how much, expensive, charge, fee, fees, fiyat*, ucret*, ne
        kadar tutar, kac lira, kac para, kac euro, ne kadar, kaca
        """
        ),
    ),
    (
        Intent.DOCTORS,
        phrases(
            """
        which doctors, what doctors, who are the doctors, doctors do you have, list doctors,
        list of doctors, your doctors, the doctors, dentists, doctors are there, doctors,
        which doctor, doktorlar*, hekimler*, hangi doktor*, hangi hekim*, kimler var, doktor
        listesi, doktorunuz
        """
        ),
    ),
    (
        Intent.TREATMENTS,
        phrases(
            """
        treatments, which treatments, what treatments, services, what do you offer, what do
        you do here, procedures, tedaviler*, hizmetler*, neler yapiyorsunuz, islemler*, hangi
        tedavi*
        """
        ),
    ),
    (
        Intent.HOURS,
        phrases(
            """
        opening hours, open, opened, opening, close, closing, closed, hours, working hours,
        business hours, calisma saat*, acik*, kacta aciliyor*, kapali*, kapaniyor*, aciliyor*,
        mesai*, kacta kapan*, kaca kadar acik
        """
        ),
    ),
    (
        Intent.ADDRESS,
        phrases(
            """
        address, located, location, where are you, where is the clinic, directions, how do i
        get there, where do i go, adres*, nerede*, konum*, yol tarifi, nasil gelirim,
        neredesiniz
        """
        ),
    ),
    (
        Intent.PHONE,
        phrases(
            """
        phone number, telephone, phone, contact number, your number, email address, telefon*,
        numaraniz, e posta*, iletisim*
        """
        ),
    ),
    (
        Intent.HELP,
        phrases(
            """
        help, what can you do, what can i say, how does this work, options are there, who are
        you, yardim, yardimci, ne yapabilirsin*, neler yapabilirsin*, nasil calisiyor*,
        kimsin*
        """
        ),
    ),
    (
        Intent.REPEAT,
        phrases(
            """
        repeat, say that again, again please, pardon, what did you say, come again, once more,
        tekrar, tekrarla*, tekrar eder misin*, anlamadim, bir daha soyle*
        """
        ),
    ),
    (
        Intent.START_OVER,
        phrases(
            """
        start over, start again, from the beginning, restart, never mind, nevermind, forget
        it, forget about it, bastan, bastan basla*, bosver, bos ver, vazgec
        """
        ),
    ),
    (
        Intent.BOOK,
        phrases(
            """
        book, booked, booking, appointment, appointments, schedule, reserve, reservation, make
        an appointment, see a doctor, see the doctor, see a dentist, see someone, free times,
        available, availability, free slot*, slot, slots, come in, visit, appoint, randevu*,
        muayene ol*, rezervasyon*, bos saat*, musait*, gorunmek, doktora gorun*, doktor
        gormek, uygun saat*, bos yer*
        """
        ),
    ),
    (
        Intent.THANKS,
        phrases(
            """
        thank you, thanks, thank, cheers, tesekkur*, sagol*, sag ol*, eyvallah
        """
        ),
    ),
    (
        Intent.GOODBYE,
        phrases(
            """
        bye, goodbye, good bye, see you, thats all, that is all, hoscakal*, gorusuruz, gule
        gule, bu kadar, iyi gunler
        """
        ),
    ),
    (
        Intent.GREETING,
        phrases(
            """
        hello, hi, hey, good morning, good afternoon, good evening, merhaba*, selam*,
        gunaydin, iyi aksamlar
        """
        ),
    ),
)

# These hold words of other goals ("opening", "my appointment") and still ask for a time.
_BOOKING_FIRST = phrases(
    """
    an opening, any opening*, openings, book my, make my appointment, schedule my, book an,
    book a, make an appointment, new appointment, another appointment, randevu al*, randevumu
    al*, yeni randevu, yeni bir randevu, randevu istiyorum
    """
)
_SYMPTOMS = phrases(
    """
    toothache, tooth ache, ache, aches, aching, hurt, hurts, hurting, pain, painful, pains,
    sore, fever, rash, swollen, swelling, infection, infected, symptom*, cough, coughing,
    dizzy, nausea, vomit*, headache, bleed, bleeding, sick, ill, agri*, agriyor, agrim,
    agrisi, sanci*, ates, atesim, kasinti*, kizarik*, sis, sisti, sislik, iltihap*, oksuruk*,
    bulanti*, kusma*, kanama*, kaniyor, hastayim, bas donmesi, zonkluyor, sizliyor
    """
)
_ADVICE = phrases(
    """
    should i take, can i take, what medicine, which medicine, medication, antibiotic*,
    painkiller*, ibuprofen, paracetamol, aspirin, dose, dosage, how many pills, prescription,
    prescribe, is it dangerous, is it serious, is it normal, is this normal, what do i have,
    diagnos*, what is wrong with me, whats wrong with me, side effect*, is it safe, am i
    allowed, what should i do about, cure, contagious, pregnant, ne ilac*, hangi ilac*, ilac*,
    antibiyotik*, agri kesici*, doz*, kac tane, recete*, tehlikeli mi, ciddi mi, normal mi,
    neyim var, teshis*, tani koy*, yan etki*, ne yapmaliyim, gecer mi, hamile*, bulasici*
    """
)


def detect(text: str, language: str) -> Intent | None:
    """The goal of a turn, or None when no phrase tells it."""
    said = plain(text, language)
    if has(said, *_BOOKING_FIRST):
        return Intent.BOOK
    raw = f"{said} {text.strip().casefold()}"
    if asks_advice(text, language):
        return Intent.MEDICAL
    for intent, telling in _PHRASES:
        haystack = raw if intent is Intent.GREETING else said
        if has(haystack, *telling):
            return intent
    return Intent.MEDICAL if tells_symptom(text, language) else None


def asks_advice(text: str, language: str) -> bool:
    """Say whether a turn asks for a judgement, a medicine or a dose."""
    return has(plain(text, language), *_ADVICE)


def tells_symptom(text: str, language: str) -> bool:
    """Say whether somebody tells how they feel: nothing here may answer that with advice."""
    return has(plain(text, language), *_SYMPTOMS)
