"""Turkish sentences of the doctor's assistant."""

from __future__ import annotations

TEXTS: dict[str, str | tuple[str, ...]] = {
    "doctor_greeting": (
        "Merhaba {name}. Bana gününüzü, sıradaki hastanızı veya geçen sefer ne olduğunu "
        "sorabilirsiniz; bir gününüzü boşaltabilir, muayene notunuzu da yazabilirim."
    ),
    "doctor_help": (
        "Gününüzü okuyabilir, sıradaki hastayı ve geçen sefer ne olduğunu söyleyebilir, izin "
        "günü girebilir, muayene notunuzu yazabilir, kliniğin çalışma saatlerini ve adresini "
        "verebilirim."
    ),
    "doctor_not_understood": (
        "Üzgünüm, bunu anlayamadım. Gününüzü, sıradaki hastayı, bir hastanın son muayenesini "
        "sorabilir ya da şöyle diyebilirsiniz: muayene notu yazdır.",
        "Yine anlayamadım. Şöyle deneyin: bugünkü hastalarım, sıradaki hasta kim, ya da: cuma "
        "günümü boşalt.",
    ),
    "help_card": "Şöyle diyebilirsiniz",
    "ask_day": "Bugünkü programım nasıl?",
    "ask_tomorrow": "Yarın programım nasıl?",
    "ask_next": "Sıradaki hasta kim?",
    "ask_last": "Geçen sefer ne oldu?",
    "ask_free": "Cuma günümü boşalt",
    "ask_dictate": "Muayene notu yazdır",
    "day_empty": "{day} randevunuz yok.",
    "day_list": "{day} {count} randevu var: {some}.",
    "day_one": "{day} bir randevu var: {some}.",
    "day_line": "{clock} {patient}, {treatment} ({status})",
    "day_today": "bugün",
    "day_tomorrow": "yarın",
    "day_on": "{day} günü",
    "next_patient": "Sıradaki hastanız {patient}, {day} saat {clock}, {treatment} ({status}).",
    "next_in": "{minutes} dakika sonra.",
    "next_in_one": "{minutes} dakika var.",
    "next_now": "Sırası şimdi.",
    "next_late": "{minutes} dakika geciktiniz.",
    "next_late_one": "{minutes} dakika gecikme var.",
    "no_next_patient": "Yaklaşan randevunuz yok.",
    "no_present_visit": "Şu anda süren bir muayeneniz yok. Hastanın adını söyleyin.",
    "nobody_at_time": "O gün saat {clock} için randevunuz yok.",
    "unknown_patient": (
        "Böyle bir hastanızı bilmiyorum. Adını ve soyadını ya da bugünkü saatini söyleyin."
    ),
    "which_patient": "Hangisini kastettiniz: {some}?",
    "too_many_patients": "Bu adda {count} hastanız var. Adını ve soyadını söyleyin.",
    "patient_line": "{patient}, son olarak {day}",
    "patient_born_line": "{patient}, {year} doğumlu, son olarak {day}",
    "patients_card": "Hangi hasta?",
    "last_visit_own": "{patient} son olarak {day} günü geldi, {treatment}.",
    "last_visit_other": "{patient}, {day} günü {doctor} ile görüştü, {treatment}.",
    "last_complaint": "Şikâyet: {text}.",
    "last_findings": "Bulgular: {text}.",
    "last_diagnosis": "Tanı: {text}.",
    "last_prescriptions": "Reçete: {text}.",
    "last_advice": "Öneri: {text}.",
    "last_follow_up": "Kontrol günü: {text}.",
    "later_unwritten": "Ondan sonra {day} günü de geldi, o muayene için bir kayıt yok.",
    "nothing_written": "{patient} {day} günü geldi, o muayene için bir kayıt yok.",
    "never_written": "{patient} daha önce gelmemiş ya da bir kayıt yazılmamış.",
    "record_card": "{patient} kaydı",
    "days_which": "Hangi günü veya günleri boşaltayım?",
    "days_one_range": "Her seferinde art arda günler girebilirim. Önce hangisi?",
    "days_whole": (
        "Yalnızca tam gün boşaltabilirim; günün bir kısmı için haftanızdan saatleri durdurun."
    ),
    "days_range": "{first} ile {last} arası",
    "days_over": "O günler geçti. Bugünden sonraki günleri söyleyin.",
    "days_long": "Bu çok uzun. Daha kısa bir süre söyleyin.",
    "days_already": (
        "O tarihte zaten izinlisiniz: {days}. Haftanızın sayfasından değiştirebilirsiniz."
    ),
    "days_nobody": "{days} için randevusu olan yok.",
    "days_one_patient": "{days} için bir hastanın randevusu var: {some}.",
    "days_patients": "{days} için {count} hastanın randevusu var: {some}.",
    "days_more": "{count} kişi daha",
    "days_offer_all": (
        "Her birine e-postayla başka bir saat teklif edilir ve saat onlar için tutulur; yanıt "
        "verene kadar randevuları geçerlidir."
    ),
    "days_offer_some": (
        "{count} hastadan {reachable} kişiye e-postayla başka bir saat teklif edilir; ötekiler "
        "için zamanında boş yer yok, aranacak hastalar listesine girerler. O zamana kadar "
        "randevuları geçerlidir."
    ),
    "days_keep": "Randevuları kalır ve Bugün sayfasında ilgilenilmesi gerekenlerde görünür.",
    "days_cancel": "Hepsi hemen iptal edilir ve şunu okurlar: “{message}”",
    "days_reason": "Neden olarak şunu yazıyorum: {reason}.",
    "days_ask": "{days} için izin gireyim mi?",
    "days_card": "İzin: {days}?",
    "yes_or_no": "Lütfen evet veya hayır deyin.",
    "days_not_entered": "Tamam, bir şey girmedim.",
    "days_message": (
        "Hastalar ne okusun? Tek cümleyle söyleyin, örneğin: O gün klinikte olamayacağım."
    ),
    "days_changed": "Bu arada bir randevu alındı veya değişti, bu yüzden henüz bir şey girmedim.",
    "days_done": "Tamamdır: {days} izin olarak girildi.",
    "days_offered": "{count} hastaya e-postayla başka bir saat teklif edildi.",
    "days_offered_one": "{count} hastaya e-postayla yeni bir saat teklif edildi.",
    "days_to_call": "{count} hastanın aranması gerekiyor, zamanında boş yer yok.",
    "days_to_call_one": "{count} hastanın aranması gerekiyor, ona zamanında boş yer yok.",
    "days_cancelled": "{count} randevu iptal edildi, hastalara e-postayla haber verildi.",
    "days_cancelled_one": "{count} randevu iptal edildi, hastaya e-postayla haber verildi.",
    "days_undo": "Geri almak için kartı açın.",
    "days_done_card": "İzin: {days}",
    "to_call_card": "Aranacak hastalar",
    "say_offer_them": "Başka saat teklif et",
    "say_keep_them": "Randevular kalsın",
    "say_cancel_them": "Hepsini iptal et",
    "visit_line": "{patient}, {day} saat {clock}, {treatment}",
    "visits_card": "Hangi muayene?",
    "dictate_begun": (
        "Yazıyorum: {visit}. Şikâyet, bulgular, tanı ve planı söyleyin, sonra: dikteyi bitir."
    ),
    "dictate_which": "Hangi muayene: {some}?",
    "dictate_no_visit": (
        "Bugün not yazılabilecek bir muayene yok. Hastanın adını söyleyin, örneğin: Ayşe için "
        "muayene notu yazdır."
    ),
    "dictate_not_begun": "O muayene daha başlamadı, yazılacak bir şey yok.",
    "dictate_not_running": (
        "Şu anda dikte yok, bu yüzden yazmıyorum. Şöyle deyin: muayene notu yazdır."
    ),
    "dictate_noted": ("Yazdım.", "Devam edin.", "Evet.", "Not ettim."),
    "dictate_listening": "Dinliyorum.",
    "dictate_scratched": "Geri aldım: {text}",
    "dictate_nothing": "Henüz bir şey yazılmadı.",
    "dictate_read": "Şimdiye kadar: {text}",
    "dictate_full": (
        "Not doldu, son kısım içinde değil. Dikteyi bitir deyin, sonra notu imzalayın."
    ),
    "dictate_lost": "Bunu yazamadım. Lütfen tekrar söyleyin.",
    "dictate_refused": "Bu muayene için artık bir şey yazılamaz, dikte bu yüzden bitti.",
    "dictate_empty": "Dikte bitti. Bir şey yazılmadı.",
    "dictate_ended": (
        "{patient} notu hazır, {count} sözcük. Henüz kayıt değil: açın, kontrol edin ve imzalayın."
    ),
    "draft_card": "{patient} notu",
    "draft_unsigned": "İmzalanmadı",
    "draft_line": "{patient}, {day} saat {clock}",
    "drafts_none": "İmzanızı bekleyen dikte notu yok.",
    "drafts_one": "Bir dikte notu imzanızı bekliyor: {some}.",
    "drafts_many": "{count} dikte notu imzanızı bekliyor: {some}.",
    "step_my_day": "Gününüze bakılıyor",
    "step_next_patient": "Sıradaki hastaya bakılıyor",
    "step_present_visit": "Süren muayeneye bakılıyor",
    "step_find_patient": "Hastalarınıza bakılıyor",
    "step_last_visit": "Son kayıt açılıyor",
    "step_check_days_off": "Kimin randevusu olduğuna bakılıyor",
    "step_free_days": "İzin giriliyor",
    "step_start_dictation": "Muayene aranıyor",
    "step_list_drafts": "Notlarınıza bakılıyor",
    "step_sort_dictation": "Not düzenleniyor",
}
