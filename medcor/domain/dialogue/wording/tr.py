"""Turkish sentences of the guided assistant."""

from __future__ import annotations

from . import doctor_tr

TEXTS: dict[str, str | tuple[str, ...]] = {
    "and": "ve",
    "or": "veya",
    "wish_on": "{day} için",
    "wish_span": "{first} ile {last} arasında",
    "wish_from": "{day} ve sonrası için",
    "wish_at": "saat {clock} için",
    "wish_between": "{after}–{before} arası",
    "wish_after": "saat {clock} ve sonrası",
    "wish_before": "saat {clock} öncesi",
    "greeting": (
        "Merhaba {name}. {clinic} için randevu alabilir, randevularınızı "
        "gösterebilir ve iptal edebilirim. Size nasıl yardımcı olabilirim?"
    ),
    "greeting_nameless": (
        "Merhaba. {clinic} için randevu alabilir, randevularınızı gösterebilir ve "
        "iptal edebilirim. Size nasıl yardımcı olabilirim?"
    ),
    "help": (
        "Boş saatleri bulup randevu alabilir, randevularınızı gösterebilir veya "
        "iptal edebilirim; fiyatları, doktorları, çalışma saatlerini ve adresi "
        "söyleyebilir ya da personelin sizi aramasını isteyebilirim. Örneğin şöyle "
        "deyin: {example} için randevu almak istiyorum."
    ),
    "not_understood": (
        "Üzgünüm, bunu anlayamadım. Randevu alabilir, iptal edebilir, "
        "randevularınızı gösterebilir, fiyatları ve çalışma saatlerini "
        "söyleyebilirim. Ne yapmak istersiniz?",
        "Yine anlayamadım. Kısa bir cümle deneyin, örneğin: {example} için "
        "randevu, ya da: randevularım neler? İsterseniz personelin sizinle "
        "iletişime geçmesini de sağlayabilirim: evet demeniz yeterli.",
        "Üzgünüm, sizi takip edemiyorum. Personelin sizinle iletişime geçmesini isteyeyim mi?",
    ),
    "anything_else": "Başka bir konuda yardımcı olabilir miyim?",
    "thanks": "Rica ederim.",
    "goodbye": "Hoşça kalın, kendinize iyi bakın.",
    "nothing_to_repeat": "Henüz bir şey söylemedim. Nasıl yardımcı olabilirim?",
    "started_over": "Tamam, baştan başlayalım. Ne yapmak istersiniz?",
    "all_right": "Tamam.",
    "nothing_pending": "Yanıt bekleyen bir soru yok. Ne yapmak istersiniz?",
    "which_treatment": "Hangi tedavi için randevu almak istersiniz? Örneğin {some}.",
    "which_of_treatments": "Hangisini kastettiniz: {some}?",
    "no_treatments": (
        "Şu anda bu klinikte randevu alınabilecek bir tedavi yok. Personelin "
        "sizinle iletişime geçmesini isteyeyim mi?"
    ),
    "unknown_treatment": (
        "Bunu kliniğin tedavileri arasında bulamadım. Sunduklarımız: {some}. Hangisini istersiniz?"
    ),
    "treatments": "Klinikte şunlar yapılıyor: {some}. Hangisi için randevu almak istersiniz?",
    "price_one": "{treatment} ücreti {price}, süresi {minutes} dakikadır.",
    "look_for_time": "Boş saatlere bakayım mı?",
    "price_list": "Fiyatlar şöyle: {some}. Birisi için randevu almak ister misiniz?",
    "doctors": ("Burada şu doktorlar çalışıyor: {some}. Birinden randevu almak ister misiniz?"),
    "doctors_for": "{treatment} yapan doktorlar: {some}.",
    "no_doctors": (
        "Şu anda randevu alınabilecek bir doktor yok. Personelin sizinle iletişime "
        "geçmesini isteyeyim mi?"
    ),
    "which_of_doctors": "Hangi doktoru kastettiniz: {some}?",
    "doctor_not_for": "{doctor}, {treatment} yapmıyor; bunu yapanlar: {some}.",
    "doctor_gives": "{doctor} şunları yapıyor: {some}. Hangisi için randevu almak istersiniz?",
    "no_other_doctor": "{treatment} için burada başka doktor yok.",
    "offer_intro": "{treatment} {minutes} dakika sürer, ücreti {price}.",
    "offer": "Boş saatler şunlar: {some}. Hangisini istersiniz?",
    "offer_line": "{number}. {day} saat {clock}, {doctor}",
    "no_time_wish": "{wish} boş yer yok.",
    "why_doctor_inactive": "Bu doktordan şu anda randevu alınamıyor.",
    "why_treatment_inactive": "Bu tedavi şu anda sunulmuyor.",
    "why_treatment_not_given": "Bu doktor bu tedaviyi yapmıyor.",
    "why_no_slot_that_day": "{day} günü muayene saati yok.",
    "why_no_slot_at_that_time": "{day} günü saat {clock} için randevu verilmiyor.",
    "why_not_for_treatment": "{day} saat {clock} başka tedavilere ayrılmış.",
    "why_clinic_closed": "{day} saat {clock} kliniğimiz kapalı.",
    "why_excluded": "{day} günü doktor yok.",
    "why_too_far": "{day} çok ileride: henüz randevu alınamıyor.",
    "why_impossible_time": "{day} günü saatler değiştiği için {clock} diye bir saat yok.",
    "why_past": "{day} saat {clock} geride kaldı.",
    "why_too_soon": "{day} saat {clock} buradan alınamayacak kadar yakın. Lütfen kliniği arayın.",
    "why_doctor_busy": "{day} saat {clock} dolu.",
    "why_held": "{day} saat {clock} şu anda başkası tarafından onaylanıyor; birazdan boşalabilir.",
    "why_patient_busy": "{day} saat {clock} için zaten bir randevunuz var.",
    "nearest": "En yakın boş saatler şunlar: {some}. Hangisini istersiniz?",
    "nearest_one": "En yakın boş saat: {some}. Bunu alayım mı?",
    "no_times": (
        "{treatment} için önümüzdeki {days} günde boş saat yok. Personelin sizinle "
        "iletişime geçmesini isteyeyim mi?"
    ),
    "no_more_times": "O yönde başka boş saat yok.",
    "which_time": "Hangisini istersiniz: {some}?",
    "which_time_again": (
        "Lütfen bir saatin numarasını söyleyin, örneğin birincisi, ya da başka bir "
        "gün veya saat: {some}."
    ),
    "which_day": "Hangi gün size uygun?",
    "taken": "Üzgünüm, bu saat az önce doldu.",
    "hold_lost": "O saati sizin için yalnızca beş dakika tutabildim, bu arada başkası aldı.",
    "past": "Üzgünüm, bu saat geçti.",
    "busy": "Bu saatte zaten bir randevunuz var.",
    "changed": "Klinik bu saati veya ücretini az önce değiştirdi.",
    "summary": "{treatment}, {doctor}, {day} saat {clock}, {price}. Randevuyu alayım mı?",
    "summary_again": (
        "Lütfen evet veya hayır deyin: {treatment}, {doctor}, {day} saat {clock}, "
        "{price}. Randevuyu alayım mı?"
    ),
    "not_booked": "Tamam, randevuyu almadım. Başka bir saat uygun olur mu?",
    "booked": (
        "Tamamdır: {treatment}, {doctor}, {day} saat {clock} için randevunuz "
        "alındı. Klinik onaylayacak."
    ),
    "booked_move": "Önceki randevunuz duruyor: {old}. Onu iptal edeyim mi?",
    "booked_card": "Randevu alındı",
    "move": ("Randevuyu taşımak için önce yeni bir saat alırım, sonra eskisini iptal ederim."),
    "move_which": "Hangi randevuyu taşımak istersiniz? {some}.",
    "appointments": "{count} randevunuz var: {some}.",
    "appointment_only": "Sıradaki randevunuz: {some}.",
    "no_appointments": "Yaklaşan randevunuz yok. Bir randevu almak ister misiniz?",
    "appointment_line": "{treatment}, {doctor}, {day} saat {clock} ({status})",
    "status_Pending": "kliniğin onayını bekliyor",
    "status_Confirmed": "onaylandı",
    "status_Completed": "tamamlandı",
    "status_No-show": "gelinmedi",
    "status_Cancelled": "iptal edildi",
    "cancel_which": "Hangi randevuyu iptal edeyim? {some}.",
    "cancel_ask": "Şunu iptal edeyim mi: {some}?",
    "cancel_ask_again": "Lütfen evet veya hayır deyin. Şunu iptal edeyim mi: {some}?",
    "cancel_kept": "Tamam, randevu olduğu gibi kalıyor.",
    "cancelled": "Tamamdır, iptal edildi: {some}.",
    "cancelled_card": "İptal edildi",
    "cancel_none": "İptal edilebilecek bir randevunuz yok.",
    "cancel_too_late": (
        "Bu randevuyu buradan iptal etmek için artık çok geç. Lütfen kliniği "
        "arayın{phone}; ya da personelin sizinle iletişime geçmesini isteyeyim mi?"
    ),
    "call_at": " ({phone})",
    "already_changed": "Bu randevu bu arada değiştirilmiş, bu yüzden bir şey yapmadım.",
    "hours": "{clinic} çalışma saatleri: {some}.",
    "hours_line": "{days} {spans}",
    "no_hours": "Klinik çalışma saatlerini girmemiş.{phone}",
    "address": "{clinic} adresi: {address}.",
    "no_address": "Klinik adresini girmemiş.",
    "phone": "{clinic} telefonu: {phone}.",
    "email": "E-posta adresi: {email}.",
    "no_phone": "Klinik telefon numarası girmemiş.",
    "closed": "kapalı",
    "handed_over": "Personele haber verdim; sizinle iletişime geçecekler.",
    "handed_over_already": "Personel, kendileriyle görüşmek istediğinizi zaten biliyor.",
    "handover_card": "Personele iletildi",
    "handover_ask": "Personelin sizinle iletişime geçmesini isteyeyim mi?",
    "medical": (
        "Tıbbi tavsiye veremem. Bunu bir doktor yapabilir: size randevu alabilir "
        "ya da personelin sizinle iletişime geçmesini isteyebilirim."
    ),
    "symptom": "Geçmiş olsun. Tıbbi tavsiye veremem ama bir doktordan randevu alabilirim.",
    "emergency": "Bu acil bir durum olabilir. Lütfen hemen {number} numarasını arayın.",
    "emergency_self_harm": (
        "Sizin için endişeleniyorum. Lütfen hemen {number} numarasını arayın ya da "
        "en yakın acil servise gidin ve yalnız kalmayın."
    ),
    "emergency_told": "Klinik personeline de haber verdim ama onları beklemeyin.",
    "handover_taken": "{clinic} kliniğinden {name} mesajınızı gördü, sizinle iletişime geçecek.",
    "handover_taken_by_staff": "{clinic} mesajınızı gördü, sizinle iletişime geçecek.",
    "handover_taken_card": "Personel gördü",
    "handover_untaken": (
        "Klinikten henüz kimse mesajınıza bakamadı. Acil bir durumda {number} numarasını arayın."
    ),
    "handover_untaken_call": (
        "Klinikten henüz kimse mesajınıza bakamadı. Lütfen {phone} numarasını arayın; acil bir "
        "durumda {number} numarasını arayın."
    ),
    "alarm_untaken": (
        "Klinikten henüz kimse mesajınıza bakamadı. Onları beklemeyin: aramadıysanız hemen "
        "{number} numarasını arayın."
    ),
    "alarm_untaken_call": (
        "Klinikten henüz kimse mesajınıza bakamadı. Onları beklemeyin: aramadıysanız hemen "
        "{number} numarasını arayın. Kliniğin numarası {phone}."
    ),
    "emergency_card": "{number} numarasını arayın",
    "step_find_free_times": "Boş saatlere bakılıyor",
    "step_list_treatments": "Tedavilere bakılıyor",
    "step_list_doctors": "Doktorlara bakılıyor",
    "step_book_appointment": "Randevu alınıyor",
    "step_cancel_appointment": "İptal ediliyor",
    "step_list_my_appointments": "Randevularınıza bakılıyor",
    "step_clinic_info": "Klinik bilgilerine bakılıyor",
    "step_hand_over_to_staff": "Personele haber veriliyor",
    "trouble": (
        "Bizden kaynaklanan bir sorun oldu ve hiçbir şey değişmedi. Lütfen tekrar "
        "deneyin, ya da personelin sizinle iletişime geçmesini isteyeyim mi?"
    ),
    "trouble_unsure": (
        "Bizden kaynaklanan bir sorun oldu. Tekrar denemeden önce lütfen randevularınıza bakın."
    ),
    "busy_system": "Sistem şu anda yoğun ve hiçbir şey değişmedi. Lütfen tekrar deneyin.",
    "model_unavailable": "Dil modeline ulaşılamıyor. Yerine yönlendirmeli asistan yanıtlıyor.",
    "step_limit": "Bu çok fazla adım gerektirdi. Lütfen her seferinde tek bir şey isteyin.",
    "times_card": "Boş saatler",
    "treatments_card": "Tedaviler",
    "doctors_card": "Doktorlar",
    "appointments_card": "Randevularınız",
    "confirm_card": "Lütfen onaylayın",
    "cancel_card": "Bu randevu iptal edilsin mi?",
    "day_card": "Gününüz",
    "clinic_card": "Klinik",
    "time_line": "{day} saat {clock}",
    "minutes": "{minutes} dakika",
    "say_option": "{number} numara",
    "say_yes": "Evet",
    "say_no": "Hayır",
    "say_yes_book": "Evet, randevuyu al",
    "say_yes_cancel": "Evet, iptal et",
    "say_keep": "Hayır, kalsın",
    "say_other_day": "Başka bir gün",
    "say_later": "Daha geç",
    "say_book": "{treatment} için randevu",
    "say_book_with": "{doctor} ile randevu",
    "say_cancel": "Randevuyu iptal et",
    "say_staff": "Personele sor",
    **doctor_tr.TEXTS,
}
