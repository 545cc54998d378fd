"""Turkish red flags, over folded words: no dotless i, no accents, suffixes left open."""

from __future__ import annotations

from .flags import Flag
from .phrases import near

_PAIN = (
    r"agri\w*|sikis\w*|sanci\w*|baski\w*|yaniyor|yanma|batiyor|batma|eziliyor|daral\w*"
    r"|aciyor|agir\w*|tikan\w*"
)
_CHEST = r"gogs(um|u|un|umde|umun|unde|une|ume)\w*|gogus\w*|gogsunde\w*|iman tahtam\w*"
_KIN = r"(baba|anne|es|koca|kari|cocu|bebe|ogl|kiz|karde|dede|nine|arkadas|abi|abla|komsu|hasta)\w*"
_BEFORE = (
    r"(gecen (yil|sene|ay|yaz|kis)|\w+ (yil|sene|ay) once|yillar once|seneler once|cocukken"
    r"|kucukken|(19|20)\d\d (de|da|te|ta|yilinda|senesinde)|cocuklugumda)"
)

FLAGS: dict[Flag, tuple[str, ...]] = {
    Flag.SELF_HARM: (
        r"\bintihar|\bkendim[ie]\w* (\w+ )?(oldur|as(acag|mak|ica)|zarar ver|kes(mek|ecek|iyor)"
        r"|vur)",
        r"\bkendin[ie] (\w+ )?(oldur|asti|asmis|vurdu|asacak)|\bcan[ie]ma kiy|\bcanina kiy",
        r"\byasamak istemi|\bolmek isti|\bhayat(i|ima|imi|ina)\w* son ver|\bkeske ol(sem"
        r"|eydim)\b",
        r"\bolsem (de )?(kurtulsam|daha iyi)|\bbilekleri(mi|ni) kes|\byasamanin (bir )?anlami"
        r" (yok|kalma)",
        r"\bkendimi (\w+ )?(\w+ )?(at(mak|acag|sam|iyor|arim)|birak(mak|acag))\w*",
        r"\bartik yasa(mak|yama)|\bdayanamiyorum (artik )?yasamak|\boldurecegim kendimi"
        r"|\boleyim artik",
        r"\bhayattan biktim|\byasamaktan (biktim|yoruldum|vazgec)",
    ),
    Flag.CHEST_PAIN: (
        near(_CHEST, _PAIN, 4),
        r"\bkalp krizi|\bkriz geciriy\w* kalp|\bkalb(im|i|in)\w* (\w+ ){0,2}(sikis|agri|dur(du"
        r"|uyor|mus)"
        r"|sanci|aciyor|batiyor)",
        near(
            r"kalbim\w*|kalbi|kalbimde|kalpte|kalp",
            r"agri\w*|sikis\w*|sanci\w*|batma\w*|baski\w*",
            2,
        ),
        r"\bnabz(i|im) (yok|alinmiyor|atmiyor)|\bsol kolu(m|ma|na) (\w+ ){0,2}(vuruyor"
        r"|yayiliyor) (agri|ve)",
        r"\bgogus (kafesi\w* )?(agri|sikis|sanci|baski)",
    ),
    Flag.BREATHING: (
        r"\bnefes(im|i)? (\w+ ){0,2}(ala?m[aiıy]|alam|alamiy|alamio|alamyo|alamiyo|al(mi|ma)yor"
        r"|alma(k|da)"
        r"\w* (\w+ )?(zor|guc|sikinti)|darli|yetmi|kesil|daral|tikan|alinmiyor|veremi|durdu|yok)",
        r"\bnefessiz|\bnefes (alis\w* )?(\w+ )?(sikinti|guclug|zorlug|darlig)|\bsoluk (\w+"
        r" )?(alam|almi|alma)",
        r"\bsolug(um|u) (kesil|daral|yetm|tikan|gitti)|\bbogul(uyor|acag|du|mak uz|mus|uyo)\w*",
        r"\bbogaz(ima|ina|ima bir|ina bir) (\w+ ){0,3}(kacti|takildi|tikandi|kacmis|takilmis)",
        r"\bmorar(di|iyor|mis|dim)\w*( \w+)? (nefes|bebe|yuz|dudak)|\b(yuzu|dudak\w*|bebe\w*"
        r"|cocu\w*)"
        r" (\w+ )?morar(di|iyor|mis)\w*",
        r"\bastim (krizi|atagi|nobeti)|\bhava alam(iyor|iyo)|\bnefes al(m|a)m(i|a)\w*",
    ),
    Flag.STROKE: (
        r"\binme (gecir|indi|inmis|var|mi)|\binme\b(?! (sonrasi|riski|rehab|tedavi|kontrol"
        r"|merkez|tarama))",
        r"\bfelc\w*|\byuz(um|u|unun|umun|un|umuz)\w* (\w+ ){0,3}(kay(di|iyor|mis)|uyus|duser"
        r"|dustu|carpil"
        r"|egil|sark|hissetmi)",
        r"\bagz(im|i) (\w+ ){0,2}(kay|egri|egil|carpil|yamul)|\b(konusam|konusmakta (zor|guc)"
        r"|dil(im|i)"
        r" (\w+ )?(dolan|peltek|donm|tutul))\w*",
        r"\b(sag|sol) (taraf|yan|kol|bacag|bacak|el|ayag)\w* (\w+ ){0,3}(uyus|tutm|hissetmi"
        r"|hareket et(mi"
        r"|tire)|kalkmi|kaldiram|felc|oynatam|gucsuz|kuvvetsiz|karincalan)\w*",
        r"\bkol(um|u|larim|unu|umu)\w* (\w+ ){0,2}(tutm|uyus|kalkmi|hissetmi|kaldiram|oynatam"
        r"|hareket etmi)\w*",
        r"\bbacag(im|i|imi|ini) (\w+ ){0,2}(tutm|uyustu|hissetmi|oynatam|hareket etmi)\w*",
        r"\b(birden|aniden|bir anda) (\w+ ){0,3}(goremiyor|gormuyor|gormez|konusam|yuruyem"
        r"|goz\w* karardi)\w*",
        r"\bbeyin (kanama|krizi|damar)\w*|\bhayatimin en (kotu|siddetli) bas agri|\bpelteklesti",
    ),
    Flag.PREGNANCY: (
        near(
            r"hamile\w*|gebe\w*|hamilelik\w*",
            r"kanama\w*|kan|kaniyor\w*|sanci\w*|kramp\w*|bayil\w*|lekelenme\w*|siddetli|suyu\w*"
            r"|hissetmiyorum|nobet|dustum",
            7,
        ),
        r"\bsuyum (\w+ )?(geldi|patladi|bosaldi|geliyor)|\bsuyu (geldi|patladi)|\bdogum (sanci"
        r"|basla|"
        r"yapiyor)\w*|\bdoguruyor(um|uz)?\b",
        r"\bsanci(m|lar|larim|si)? (\w+ )?(basladi|siklasti|geldi|tuttu)|\bdusuk (yapiyor|yapti"
        r"|tehlike)\w*",
        r"\bbebe(k|gim|gi|gimi|gin)\w* (\w+ ){0,2}(hareket\w* (\w+ )?(etmi|yok|hissetmi|durdu"
        r"|azaldi)|"
        r"kipirdam|oynami|tekme atmi)\w*",
        r"\bkarnimdaki bebe\w* (\w+ ){0,2}(oynami|hareket)",
    ),
    Flag.BABY: (
        near(
            r"bebe(k|gim|gi|gin|gimiz|gimin|cigim)|yenidogan",
            r"morar\w*|tepki vermi\w*|uyanmi\w*|uyandiram\w*|gevse\w*|cansiz|emmiyor|nefes"
            r" almi\w*"
            r"|havale|yuttu|bayildi|hareketsiz",
            4,
        ),
        r"\b(yenidogan|(\w+) (gunluk|haftalik)|(bir|iki|1|2) aylik)( \w+){0,5} (ates\w*|emmiyor"
        r"|kusuyor)",
        r"\b(cocu\w*|bebe\w*|oglum|kizim) (\w+ ){0,3}(pil|miknatis|para|deterjan|camasir suyu"
        r"|hap\w*|ilac\w*)"
        r" (yut|ic)(tu|mus|ti|mis)",
    ),
    Flag.BLEEDING: (
        r"\bcok (fazla |siddetli )?kan(ama|iyor|adi|iyo|amam)\w*",
        r"\bcok (fazla )?kan (var|gel|ak|kayb|kus|gid|bosal)\w*|\bkan (kayb\w*|golu|icinde)\b",
        r"\bkana(ma|yan|maya|masi|mam|mamiz|yis)\w* (\w+ ){0,3}(durm|cok|siddet|dinmi|kesilmi"
        r"|durdura|artti)\w*",
        r"\bsiddetli (\w+ )?kana|\basiri (\w+ )?kana|\byogun kanama|\bkan (\w+ )?(durmu|durmad"
        r"|kus|tukur|"
        r"fiskir|bosan|bosal)\w*|\bdurm(uyor|adi)\w* (kan|kanama)\w*",
        r"\bkanama\w* (\w+ )?(var|basladi) (ve|cok|durm)|\bkani durdura|\bkusmu(k|gum)\w* (\w+"
        r" )?kan",
        r"\bkan (kaybediyor|kaybettim|kaybetti)\w*|\b(damar|bileg|bilek)\w* kesildi|\bic kanama",
        r"\bparmag(im|i|imi) (\w+ )?kop(tu|ardi|ardim|mus)",
    ),
    Flag.UNCONSCIOUS: (
        r"\bbilinc\w* (\w+ )?(kayb|kapal|yok|yerinde degil|gitti|kapan|yitir)\w*|\bbilincsiz"
        r"|\bsuuru\w* (kapal"
        r"|yok|yerinde degil|kayb)",
        r"\bbayil(di|mis|iyor|diniz|dilar|acak)\b|\b(az once|simdi|bugun|demin|birden|aniden"
        r"|yere|dusup|ayakta"
        r"|tekrar|kez|kere|dun|gece|sabah|iki defa|evde) (\w+ )?bayil(dim|iyorum|mak uzereyim"
        r"|acagim)\b|(?<![ae] )\bbayildim\b",
        r"\buyanmi(yor|yo)\w*|\buyandiram(iyor|ad|iyo)\w*|\bkendin(den|e) (\w+ )?(gec(ti|mis"
        r"|iyor)|gelmi\w*)",
        r"\bkendinde degil|\btepki verm(iyor|iyo|edi)\w*|\bcevap vermiyor (ve|bayg|ner)"
        r"|\bkoma(da|ya gir)\w*",
        r"\byere yigil(di|mis)\w*|\bbaygin (yat|halde|duru|vazi)\w*|\bbaygin$",
    ),
    Flag.SEIZURE: (
        r"\bnobet (\w+ )?gecir|\b(epilepsi|sara|havale) (\w+ )?(nobet\w*|gecir\w*|krizi)"
        r"|\bhavale gecir",
        r"\bkasil(iyor|ip|di|maya)\w* (\w+ ){0,3}(titr|agz|kopuk|bayil|yer)\w*|\bagzindan kopuk",
        r"\bcirpin(iyor|maya basladi)|\bkriz geciriyor\b",
    ),
    Flag.ALLERGY: (
        r"\balerjik (\w+ )?(sok|reaksiyon|atak)|\balerji (krizi|atagi|soku)|\banafila"
        r"|\bsiddetli alerji gecir",
        r"\b(bogaz|girtla)\w* (\w+ ){0,2}(sis(ti|iyor|mis|ik|ti|iyo)|kapan(iyor|di|iyo)|daral"
        r"|sikis)\w*",
        r"\b(dil|dilim|dili|dilin|dudagim|dudagi|dudaklarim|dudaklari|dudak|yuzum|yuzu|goz"
        r" kapagim|gozlerim)"
        r" (\w+ ){0,2}(sis(ti|iyor|mis|ik|meye|iyo|tiler|ti)|morar)\w*",
        r"\bari (sok\w*|isir\w*) (\w+ ){0,5}(sis|nefes|bayil|kizar)\w*|\bepipen",
    ),
    Flag.OVERDOSE: (
        r"\basiri doz|\bdoz asimi|\byuksek doz (aldi|almis|ictim)|\bzehirlen",
        r"\b(cok|cok fazla|fazla|bir suru|butun|tum|bir kutu|kutu\w*|bir avuc|avuc|onlarca"
        r"|yirmi|otuz|elli|\d{2,})"
        r" (\w+ ){0,2}(ilac|hap|tablet|uyku ilaci|agri kesici)\w* (\w+ )?(ictim|icti|icmis"
        r"|ictiler|aldim|aldi|"
        r"almis|yut\w*|icirdi|icmisim)\b",
        r"\b(ilac|hap)\w* (\w+ )?(hepsini|tamamini|kutusunu|kutuyu|kutunun) (\w+ )?(ic|al"
        r"|yut)(ti|mis|dim|di|tim|tu)",
        r"\b(camasir suyu|deterjan|tuz ruhu|fare zehri|zehir|asit|antifriz|tiner|kolonya"
        r"|benzin)\w* (\w+ )?"
        r"(ic(ti|tim|mis)|yut(tu|tum|mus))",
        r"\bpil yut(tu|mus|tum)|\bkarbonmonoksit|\bsoba(dan)? zehir",
    ),
    Flag.INJURY: (
        r"\b(bicakla(ndi|ndim|dilar|n)|vuruld(u|um|ular)|kursun (yedi|yarasi|isabet))\w*"
        r"|\belektrik carp(ti|il)",
        r"\bkafa(sini|mi|yi) (\w+ )?(vurdu|carpti|vurdum|carptim) (\w+ ){0,4}(kus|bayil|kan"
        r"|bilinc)\w*",
        r"\b(cati|balkon|merdiven|pencere|cam)(dan|den) dus(tu|tum|mus)|\b(agir|siddetli|ciddi)"
        r" yan(ik|di)",
        r"\b(az once|simdi|yeni) (\w+ )?kaza (yaptik|yapti|gecir|oldu)",
    ),
    Flag.EMERGENCY: (
        r"\bambulans|\bacil (bir )?durum|\bimdat|\b(112|155|911)( yi| i)? ara|\bol(uyorum|uyo"
        r"|uyor|mek uzere\w*|ecek gibi)\b",
        rf"\b{_KIN} (\w+ )?oluyor\b(?! (mu|mi|ki))|\bhayati tehlike|\bcan cekis|\byardim edin"
        r" (\w+ )?(ol|nefes)",
        r"\bkurtarin\b|\bbana yardim edin oluyorum|\bkalp masaji|\bacil yardim (edin|lazim"
        r"|gerek)",
    ),
}

HARMLESS: tuple[str, ...] = (
    rf"\b{_BEFORE} (\w+ ){{0,2}}(kalp krizi|felc|inme|nobet|havale|dusuk|alerjik (sok"
    r"|reaksiyon)) (\w+ )?"
    r"(gecir(di|mis)|yap(ti|mis)|atlat)\w*",
    r"\b(kalp krizi|felc|inme|nobet|epilepsi|sara|beyin kanamasi|zehirlenme) (gecirme"
    r" )?(sonrasi\w*|riski\w*|rehab\w*"
    r"|kontrol\w*|tarama\w*|onlem\w*|tedavi\w*|testi\w*|check|ilac\w*|takip\w*|gecmisi\w*)",
    r"\bcocuk felci\w*|\bfelc asisi\w*|\bnobetci\w*|\bsar[ai] hasta\w*",
    r"\b(gulmekten|meraktan|sabirsizliktan|acliktan|yorgunluktan|sicaktan|soguktan|utancimdan"
    r"|uykusuzluktan"
    r"|ozlemden|heyecandan|susuzluktan) (\w+ )?oluyor\w*",
    # By the nose alone is uncomfortable and no more.
    r"\bburn(um|u|umdan|undan|umla)\w* (?!ve |veya |ya )(\w+ ){0,3}(nefes|soluk|tikal"
    r"|tikan)\w*( (ala?m|alam|veremi|aliyo)\w*)?"
    r"(?! (ve|agz|ne))",
    r"\bnefes (egzersiz\w*|test\w*|terapi\w*|teknik\w*|calisma\w*|kurs\w*|kokusu\w*|kokum\w*)",
    r"\b(agiz|agzim|nefesim) kokuyor\b",
    r"\bkanal\w*|\bkanepe\w*|\bkanser\w*|\bkandil\w*",
    r"\bkan (tahlil\w*|test\w*|grubu\w*|sekeri\w*|degerleri\w*|verme\w*|bagis\w*|sulandir\w*"
    r"|alma\w*|aldir\w*)",
    r"\b(bu|o|su) yuzden\b",
    r"\bacil durum numarasi (kac|nedir)\b",
)
