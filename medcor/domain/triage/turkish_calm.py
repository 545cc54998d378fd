"""Turkish words that only sound like a red flag, over folded words; " . " is a border."""

from __future__ import annotations

_WHEN = (
    r"(gecen (yil|sene|ay|yaz|kis)|\w+ (yil|sene|ay) once|yillar once|seneler once|cocukken"
    r"|kucukken|((19|20)\d\d|\d\d\d\d) ?(de|da|te|ta|yilinda|senesinde)|cocuklugumda)"
)
_EVENT = (
    r"(kalp krizi|(yuz )?felc|inme|nobet|havale|dusuk|alerjik (sok|reaksiyon)|beyin kanamasi"
    r"|(trafik )?kaza(si)?|epilepsi|sara|zehirlenme|bayginlik)"
)
_EVENT_OBJECT = r"(kalp krizini|felci|inmeyi|nobeti|havaleyi|dusugu|beyin kanamasini|kazayi)"
# Between a date and its event stands no verb, which would be a second thought.
_SAME_THOUGHT = r"((?!\w*(dim|dum|tim|tum|yorum|yorduk|diydim|misti|mistim)\b|ve\b)\w+ )"
_HAD = r"(gecir(di|mis)|yap(ti|mis)|atlat|ol(du|mus))"
_NOT_YET = (
    r"(?!( \.)? (ama|fakat|ancak|lakin|degil|henuz|artik|mi|sandi\w*|diye\w*|sadece|yalniz)\b)"
)
_PAIN = (
    r"(gogus (agri(m|si)?\b|(sikisma|sanci)\w*)|gogs\w* ((bir|hic|hicbir|siddetli) )*"
    r"(agri(m|si)?\b|(sikisma|sanci|baski)\w*)"
    r"|nefes (darlig|sikinti|problem)\w*|kanama(m|si)?)"
)
_NUMBING = r"(igne|dolgu|anestezi|cekim|kanal tedavisi|implant|uyusturucu igne|dis cekimi)\w*"
_MONDAY = r"(pazartesi|sali|carsamba|persembe|cuma|cumartesi|pazar|yarin)"

# What somebody had, was spared, or takes care of. Not believed where RETURNED says it is here.
OVER: tuple[str, ...] = (
    rf"\b{_WHEN} {_SAME_THOUGHT}{{0,2}}{_EVENT} (\w+ )?{_HAD}\w*",
    rf"\b{_WHEN} {_SAME_THOUGHT}{{0,2}}bayil(di|mis)(m|k|ti|tim)?\b",
    rf"\b({_EVENT_OBJECT}|{_EVENT}) {_WHEN} (\w+ )?{_HAD}\w*",
    rf"\b{_EVENT}i? (gecirme )?(sonrasi\w*|risk(i|im|in)\w*|rehab\w*|kontrol(u|un|um|une)\w*"
    r"|tarama(si)\w*|onle\w*|tedavi(si|m)\w*|test(i|ler)\w*|check|ilac(i|im|lar)\w*|taki[bp]\w*"
    r"|gecmis(i|im)\w*)",
    rf"\b{_EVENT} (ilac|tedavi|kontrol|tarama|test) (icin )?(randevu|yazdir)\w*",
    rf"\b({_EVENT_OBJECT}|{_EVENT}|kalp krizinden|felcten|inmeden|nobetten) (nasil |icin )?"
    r"(onle|korun|engelle)\w*",
    rf"\b{_EVENT} gecir(enler|(en|mis) (hasta|kisi|insan|biri))\w*",
    rf"\b{_EVENT} gecirmedi(m|k|ler)?\b{_NOT_YET}",
    rf"\b{_PAIN} (hic )?yok\b{_NOT_YET}",
    r"\bacil (bir )?durum (yok|degil)\b(?! (mi|mu|ama))",
)
# "Again" and "now" are said of visits as well.
VISITS = (
    r"\bbugun (\w+ ){0,2}(gel\w*|randevu\w*|uygun\w*|kontrol\w*|acik\w*|musait\w*|yer\w*|bos\w*)\b|"
    r"\b(tekrar|yine|gene|hemen) (\w+ ){0,2}(kontrol\w*|randevu\w*|gelmek|gelece\w*|gelebil\w*"
    r"|gorun\w*"
    r"|gorus\w*|muayene\w*|basvur\w*|tedavi\w*|yazdir\w*|sizi|size)\b"
    r"|\b(simdi|su an|su anda) ((da|daha|cok|artik|gayet|bir|duzenli|hala) )?(iyi\w*|kontrol\w*"
    r"|randevu\w*|ilac\w*|takip\w*|fizik"
    r"|saglikli\w*|duzel\w*|size|sizden|implant|dis\w*|yuruyor|konusuyor|calisiyor|evde|emekli)\b"
    r"|\bayni (doktor|klinik|gun|saat|yer|kisi|hekim)\w*"
)
RETURNED = (
    r"\b(simdi|su an|su anda|yine|gene|tekrar|tekrarladi|tekrarliyor|yeniden|ayni|aynisi|hemen)\b"
    r"|\bgeciriyo\w*|\bnukset\w*|\bise yara(ma|mi)\w*|\byardim e\w*|\b(bugun|dun gece|az once"
    r"|demin)\b"
)

# "Without accents": everything that becomes, and does not die.
_BECOMES = (
    r"(iyi|kotu|hasta|ameliyat|muayene|tedavi|kontrol|rahatsiz|memnun|emin|mutlu|mutsuz|gec|zor"
    r"|kolay|nasil|ne|neler|olan|agri|agrim|sorun|problem|kac(ta|a|da)?|zaman|saat|uye|kayit|asi|taburcu"
    r"|pisman|stres|sinir|randevu|yok|uygun|tamam|dolu|bos|yardimci|biraz|daha|boyle|oyle|fazla"
    r"|masraf|pahali|tiras|sahip|rezil|alerji|kabiz|ishal|grip|nezle)"
)
_JOKE = (
    r"(gulmekten|meraktan|sabirsizliktan|acliktan|yorgunluktan|sicaktan|soguktan|utancimdan|isten"
    r"|uykusuzluktan|ozlemden|heyecandan|susuzluktan|sikintidan)"
)
_BLOCKED = (
    r"((cok|hic|hala|biraz|iyi|rahat|zor|dogru|duzgun|gece|geceleri|surekli|tamamen|hep|yine"
    r"|tikali|tikandi|tikanik|tikaniyor|tikandigi|dolu|oldugu|icin|diye|o|yuzden|yuzunden|bir|iki"
    r"|uc|gundur|haftadir|grip|nezle) )"
)
HARMLESS: tuple[str, ...] = (
    r"\bcocuk felci\w*|\bfelc asisi\w*|\bnobetci\w*|\bsar[ai] hasta\w*|\bfelcli\w*(?! (gibi|oldu))",
    r"\bnobet (tutuyor\w*|tutacak|tutan|tutmak|tuttum|listesi\w*|saat\w*|doktor\w*|degis\w*|gunu\w*"
    r"|cizelge\w*|eczane\w*)|\b(ofke|aglama|panik|oksuruk|gulme|hapsirma) nobet\w*",
    rf"\b{_JOKE} ((?!ol)\w+ )?ol(uyo|ece|uce|du)\w*",
    rf"\b{_BECOMES} oluyo(r|m|rum|ruz|rlar|rsa|rmu)?\b",
    r"\b(fiyat|fatura|hesap|hesab|ucret)\w* (gorunce|duyunca|gordugumde|ogrenince) (\w+ )?(kalp"
    r" krizi gecir\w*|bayil\w*)",
    # To be charmed by a place or a person.
    r"\b(size|sana|buraya|oraya|klinige|doktora|hizmete|ekibe|fiyat(a|lara)|\w+(niz|nuz)[ae])"
    r" bayil(di|dim|dik|iyor\w*|mis)\b",
    # By the nose alone is uncomfortable and no more.
    rf"\bburn(um|umuz|u) {_BLOCKED}*(tikali|tikandi|tikanik|tikaniyor|tikandigi|dolu) (\. )?"
    rf"{_BLOCKED}{{0,4}}nefes (ala?m|alam|veremi|alma|aliyo)\w*( (zor|guc)\w*)?(?!( \.)? (ve|agz"
    rf"|ne)\b)",
    rf"\bburn(umdan|undan|umla) {_BLOCKED}{{0,4}}(nefes|soluk) (ala?m|alam|veremi|alma|aliyo)\w*"
    r"( (zor|guc)\w*)?(?!( \.)? (ve|agz|ne)\b)",
    r"\bnefes (ala?m|alam)\w* burn(umdan|undan)(?= \.|$)",
    r"\bburn\w* (tikali|tikandi|tikaniyor)\b",
    r"\bnefes (egzersiz\w*|test\w*|terapi\w*|teknik\w*|calisma\w*|kurs\w*|kokusu\w*|kokum\w*)",
    r"\b(agiz|agzim|nefesim) kokuyor\b",
    # The numbness that a dentist makes, and nothing beside it.
    rf"\b{_NUMBING} (yapildiktan |yapilinca )?(sonra|sonrasi|yuzunden|nedeniyle|dolayi) ((cok|hala"
    r"|biraz) )?(dudag|yuz|yanag|dil|agz|agiz|cene|sag|sol)\w* ((tarafim|hala|biraz|cok|yarisi) )"
    r"{0,2}uyus\w*",
    # A language, or no moment for it.
    rf"\b(ingilizce|turkce|almanca|arapca|rusca|fransizca|farsca|kurtce|telefonda|telefonla"
    rf"|{_MONDAY}"
    r"|toplantida|uzun|rahat|onunla|sizinle|doktorla|kimseyle) konusam\w*",
    r"\bkonusam\w* (icin )?konusma terapi\w*",
    r"\b(su an|su anda|simdi|bugun) konusam(am|iyorum|iyom|ayacagim|ayiz|iyoruz)\b",
    r"\bkanal\w*|\bkanepe\w*|\bkanser\w*|\bkandil\w*",
    r"\bkan (tahlil\w*|test\w*|grubu\w*|grubum\w*|sekeri\w*|degerleri\w*|verme\w*|bagis\w*"
    r"|sulandir\w*|alma\w*|aldir\w*)",
    r"\bfirca\w* (\w+ ){0,3}kan(iyor|adi| gel\w*)",
    r"\b(bu|o|su) yuzden\b",
    r"\bacil durum (numarasi (kac|nedir)|kisi\w*|iletisim\w*|irtibat\w*|yakin\w*)",
    r"\bambulans (sofor|surucu|hemsire)\w*|\bambulansta calis\w*",
)
