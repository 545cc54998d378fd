"""Turkish red flags, over folded words: no dotless i, no accents, suffixes left open."""

from __future__ import annotations

from .flags import Flag
from .phrases import near

_PAIN = (
    r"agri\w*|sikis\w*|sanci\w*|baski\w*|yaniyor|yanma|batiyor|batma|eziliyor|daral\w*"
    r"|aciyor|agir\w*|tikan\w*"
)
_CHEST = r"gogs(um|u|un|umde|umun|unde|une|ume)\w*|gogus\w*|gogsunde\w*|iman tahtam\w*"
_KIN = (
    r"(baba\w*|anne\w*|es(im|i|in|imin)|koca(m|si)|kari(m|si)|cocu\w*|bebe\w*|ogl\w*|kiz(im|i|imiz)"
    r"|karde\w*|dede\w*|nine\w*|arkadas\w*|abi(m|si)|abla\w*|komsu\w*)"
)
_CANNOT_SEE = r"(gormuyor|goremiyor|gormez|gormedi)"
_COUNT = (
    r"(cok|cok fazla|fazla|bir suru|butun|tum|bir kutu|kutu\w*|iki kutu|bir avuc|avuc\w*|bir sise"
    r"|sise\w*|onlarca|yuzlerce|on( \w+)? (tane|adet)|(yirmi(?! yas)|otuz|kirk|elli|altmis|yetmis"
    r"|seksen"
    r"|doksan)( \w+)?|yuz tane|\d{2,}(?! (mg|miligram|mcg|ml|gram|gr|gun\w*|hafta\w*|dakika\w*"
    r"|yil\w*|lira\w*)\b))"
)
_PILL = (
    r"(ilac|hap|tablet|uyku (ilaci|hapi)|agri kesici|aspirin|parol|minoset|vermidon|majezik"
    r"|apranax|arveles|parasetamol|dolorex|xanax|antidepresan|antibiyotik)"
)
# What "is dying" becomes before its accents go: "oluyor" alone is the everyday "becomes".
DYING = "canveriyor"

FLAGS: dict[Flag, tuple[str, ...]] = {
    Flag.SELF_HARM: (
        r"\bintihar|\bkendim[ie]\w* (\w+ )?(oldur|as(acag|mak|ica|cam)|zarar ver|kes(mek|ecek|iyor)"
        r"|vur)",
        r"\bkendin[ie] (\w+ )?(oldur|asti|asmis|vurdu|asacak)|\bcan[ie]ma kiy|\bcanina kiy",
        r"\byasamak istemi|\bolmek isti|\bhayat(i|ima|imi|ina)\w* son ver|\bkeske ol(sem"
        r"|eydim)\b",
        r"\bolsem (de )?(kurtulsam|daha iyi)|\bbilekleri(mi|ni) kes|\byasamanin (bir )?anlami"
        r" (yok|kalma)",
        r"\bhayat (\w+ )?yasamaya degmez|\byasamaya degmez|\byok olmak isti|\bhayat(i|imi) bitir"
        r"|\bkeske (hic )?dogmasa|\bbir daha (hic )?uyanma(mak|sam|yayim)"
        r"|\byasamaya (\w+ )?dayanam",
        r"\b(kopru|cati|balkon|pencere|cam|damdan)(den|dan)? (\w+ )?atla(yaca|mak|yayim|yica|r)\w*"
        r"|\bbileg(imi|ini|imi de) kes(ic|ec|mek|iyor|ti)\w*",
        r"\bkendimi (\w+ )?(\w+ )?(at(mak|acag|sam|iyor|arim|icam|acam|cam)|birak(mak|acag))\w*",
        r"\bartik yasa(mak|yama)|\bdayanamiyorum (artik )?yasama(k|ya)|\boldurecegim kendimi"
        r"|\boleyim artik",
        r"\bhayattan biktim|\byasamaktan (biktim|yoruldum|vazgec)",
    ),
    Flag.CHEST_PAIN: (
        near(_CHEST, _PAIN, 4),
        r"\bgogs\w* (\w+ ){0,3}(otur(du|mus|uyor)|saplan\w*|patla\w*|delin\w*)\w*",
        r"\b(gogsunu|gogsumu|kalbini) tut(uyor|arak|up|tu)\b",
        r"\bkalp krizi|\bkriz geciriy\w* kalp|\bkalb(im|i|in)\w* (\w+ ){0,2}(sikis|agri|dur(du"
        r"|uyor|mus|a?cak)"
        r"|sanci|aciyor|batiyor)",
        near(
            r"kalbim\w*|kalbi|kalbimde|kalpte|kalp",
            r"agri\w*|sikis\w*|sanci\w*|batma\w*|baski\w*|saplan\w*|bicak",
            2,
        ),
        r"\bnabz(i|im) (yok|alinmiyor|atmiyor)|\bsol kolu(m|ma|na) (\w+ ){0,2}(vuruyor"
        r"|yayiliyor) (agri|ve)",
        r"\bgogus (kafesi\w* )?(agri|sikis|sanci|baski)",
    ),
    Flag.BREATHING: (
        r"\bnefes(im|i)? (\w+ ){0,2}(alam|almi|alma(di|z)|alma\w* (\w+ )?(sorun|problem)|alamiy"
        r"|alamio|alamyo|alamiyo|al(mi|ma)yor"
        r"|alma(k|da)"
        r"\w* (\w+ )?(zor(?!lanmi)|guc|sikinti)|darli|yetmi|kesil|daral|tikan|alinmiyor|veremi"
        r"|durdu|yok|cikmi)",
        r"\b(zor|zar zor|zorla|zorlukla|gucluk\w*|guc) nefes al\w*|\bnefes (al"
        r"|ver)\w* (\w+ )?zorlan(?!mi)"
        r"\w*|\bnefes alip ver(em|mekte)\w*|\bhava (\w+ )?yetmi(yo|yor)\w*",
        r"\btikaniyo(r|m|rum|ruz)?\b|\bbogulu?ca(m|gim|k)\b|\bmosmor\b|\bdudak\w* (\w+ )?mor\b"
        r"|\bastim\w* (\w+ )?tuttu",
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
        r"\binme (gecir|indi|inmis|var|mi)|\binme\b",
        r"\bfelc\w*|\byuz(?!unden\b)(um|u|unun|umun|un|umuz)\w* (\w+ ){0,3}(kay(di|iyor|mis)|uyus"
        r"|duser"
        r"|dustu|carpil"
        r"|egil|sark|hissetmi)",
        r"\bagz(im|i) (\w+ ){0,2}(kay|egri|egil|carpil|yamul)|\b(konusam|konusmakta (zor|guc)"
        r"|dil(im|i)"
        r" (\w+ )?(dola[ns]|peltek|donm|tutul))\w*",
        r"\b(sag|sol) (taraf|yan|kol|bacag|bacak|el|ayag)\w* (\w+ ){0,3}(uyus|tutm|hissetmi"
        r"|hareket et(mi"
        r"|tire)|kalkmi|kaldiram|felc|oynatam|gucsuz|kuvvetsiz|karincalan)\w*",
        r"\bkol(um|u|larim|unu|umu)\w* (\w+ ){0,2}(tutm|uyus|kalkmi|hissetmi|kaldiram|oynatam"
        r"|hareket etmi)\w*",
        r"\bbacag(im|i|imi|ini) (\w+ ){0,2}(tutm|uyustu|hissetmi|oynatam|hareket etmi)\w*",
        r"\b(bir|yarim|tek|obur|oteki) (taraf|yan)(im|imi|i|ini)? (\w+ ){0,2}(uyus|tutm|hissetmi"
        r"|felc"
        r"|oynatam|gucsuz|karincalan|calism)\w*|\byari(m|mi|si|sini) (\w+ ){0,2}(uyus|tutm|hissetm"
        r"|felc)"
        r"\w*",
        rf"\b(bir|tek|sag|sol) goz\w* (hic |birden |artik )?{_CANNOT_SEE}\w*",
        r"\bkelime\w* (\w+ )?(toparlayam|bulam|cikaram|karistiri|soyleyem)\w*"
        r"|\bsacma( sapan)? konus(uyor|maya)"
        r"|\b(birden|aniden) (\w+ )?denge\w* (kaybet|yitir|bozul)\w*",
        r"\b(birden|aniden|bir anda) (\w+ ){0,3}(goremiyor|gormuyor|gormez|konusam|yuruyem"
        r"|goz\w* karardi)\w*",
        r"\bbeyin (kanama|krizi|damar)\w*|\bhayatimin en (kotu|siddetli) bas agri|\bpeltek(lesti"
        r"|\w* konus)",
    ),
    Flag.PREGNANCY: (
        near(
            r"hamile\w*|gebe\w*|hamilelik\w*",
            r"kanama\w*|kan|kaniyor\w*|sanci\w*|kramp\w*|bayil\w*|lekelenme\w*|siddetli|suyu\w*"
            r"|hissetmiyorum|nobet|dustum|karn\w* (\w+ ){0,2}agri\w*|bas\w* (\w+ ){0,2}siddetli",
            7,
        ),
        r"\bsuyum (\w+ )?(geldi|patladi|bosaldi|geliyor)|\bsuyu (geldi|patladi)|\bdogum (sanci"
        r"|basla|"
        r"yapiyor)\w*|\bdoguruyor(um|uz)?\b",
        r"\bsanci\w* (\w+ ){0,3}(dakika|dk)\w*|\bikiniyorum\b|\bbebe\w* (\w+ )?bas(i|ini) (gorun"
        r"|cik)\w*",
        r"\bsanci(m|lar|larim|si)? (\w+ )?(basladi|siklasti|geldi|tuttu)|\bdusuk (yapiyor|yapti"
        r"|tehlike)\w*",
        r"\bbebe(k|gim|gi|gimi|gin)\w* (\w+ ){0,2}(hareket\w* (\w+ )?(etmi|yok|hissetmi|durdu"
        r"|azaldi)|"
        r"kipirdam|oynami|tekme atmi)\w*",
        r"\bkarnimdaki bebe\w* (\w+ ){0,2}(oynami|hareket)",
    ),
    Flag.BABY: (
        near(
            r"bebe(k|gim|gi|gin|gimiz|gimin|cigim)|yenidogan|yeni dogan",
            r"morar\w*|tepki vermi\w*|uyanmi\w*|uyandiram\w*|gevse\w*|cansiz|emmiyor|nefes"
            r" almi\w*"
            r"|havale|yuttu|bayildi|hareketsiz|tepkisiz",
            4,
        ),
        r"\b(yenidogan|yeni dogan|(\w+) (gunluk|haftalik)|(bir|iki|1|2) aylik)( \w+){0,5} (ates\w*"
        r"|emmiyor"
        r"|kusuyor)",
        r"\bbebe(k|gim|gimiz|gi) (\w+ )?\w+(dan|den|tan|ten) (\w+ )?(dustu|dusmus)\b",
        r"\b(cocu\w*|bebe\w*|oglum|kizim) (\w+ ){0,3}(pil|miknatis|para|deterjan|camasir suyu"
        r"|hap\w*|ilac\w*)"
        r" (yut|ic)(tu|mus|ti|mis)",
    ),
    Flag.BLEEDING: (
        r"\bcok (fazla |siddetli |fena |kotu |feci |hizli )?kan(ama|iyor|adi|iyo|amam)\w*",
        r"\bcok (fazla )?kan (var|gel|ak|kayb|kus|gid|bosal)\w*|\bkan (kayb\w*|golu|icinde)\b",
        r"\bkana(ma|yan|maya|masi|mam|mamiz|yis)\w* (\w+ ){0,3}(durm|cok|siddet|dinmi|kesilmi"
        r"|durdura|artti)\w*",
        r"\bsiddetli (\w+ )?kana|\basiri (\w+ )?kana|\byogun kanama|\bkan (\w+ )?(durmu|durmad"
        r"|kus|tukur|"
        r"fiskir|bosan|bosal)\w*|\bdurm(uyor|adi)\w* (kan|kanama)\w*",
        r"\bkanama\w* (\w+ )?(var|basladi) (ve|cok|durm)|\bkani durdura|\bkusmu(k|gum)\w* (\w+"
        r" )?kan",
        r"\bkan (kaybediyor|kaybettim|kaybetti)\w*|\b(damar|bileg|bilek)\w* kesildi|\bic kanama",
        r"\bher (yer|taraf)\w* (\w+ )?kan\b|\b(agz|kulag|makat)\w* (\w+ )?kan (gel|bosal|fiskir|ak"
        r"|dol)\w*",
        r"\bkan oksur\w*|\boksur\w* (\w+ )?kan\b|\boluk oluk kan|\bkan(iyor"
        r"|adi) (\w+ ){0,2}durm(uyor|adi"
        r"|ak)\w*|\bdurm(adan|aksizin|uyor) (\w+ )?kan(iyor|adi| gel)\w*",
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
        r"(?<![ae] )(?<!tan )(?<!ten )\bbayiliyo(m|rum)\b(?! (bu|size|sana|kliniginize|hizmet|ya))",
        r"\bbayil(mak uzere\w*|acagi[mz]|[ia]?cam|misi[mz]|mis)\b|\bhareketsiz (yat|dur|kal)\w*",
        r"\bdus(tu|mus|up) (\w+ ){0,2}kalk(mi|am)\w*|\byerde (\w+ )?yatiyor\b|\bgoz(unu|lerini)"
        r" (\w+ )?acm(iyo|adi)\w*|\b(dustu|yatiyor|kalkamiyor) (\w+ ){0,2}(cevap"
        r"|tepki) (da )?verm\w*",
        r"\bkendinde degil|\btepki verm(iyor|iyo|edi)\w*|\bcevap vermiyor (ve|bayg|ner)"
        r"|\bkoma(da|ya gir)\w*",
        r"\byere yigil(di|mis)\w*|\bbaygin (yat|halde|duru|vazi)\w*|\bbaygin$",
    ),
    Flag.SEIZURE: (
        r"\bgozleri (\w+ )?kay(di|iyor|mis)\b|\bnobet\b|\bnobet(i|ler\w*) (\w+ )?(tuttu|basla\w*"
        r"|geldi|geliyor|gecir\w*|artti|siklas\w*|dur"
        r"mu\w*)|\b(epilepsi|sara|havale) (\w+ )?(nobet\w*|gecir\w*|krizi)"
        r"|\bhavale gecir",
        r"\bkasil(iyor|ip|di|maya)\w* (\w+ ){0,3}(titr|agz|kopuk|bayil|yer|goz)\w*"
        r"|\bagzindan kopuk",
        r"\bcirpin(iyor|maya basladi)|\bkriz geciriyor\b",
    ),
    Flag.ALLERGY: (
        r"\balerjik (\w+ )?(sok|reaksiyon|atak)|\balerji (krizi|atagi|soku)|\banafila"
        r"|\bsiddetli alerji gecir",
        r"\b(bogaz|girtla)\w* (\w+ ){0,2}(sis(ti|iyor|mis|ik|ti|iyo)|kapan(iyor|di|iyo)|daral"
        r"|sikis)\w*",
        r"\b(dil|dilim|dili|dilin|dudagim|dudagi|dudaklarim|dudaklari|dudak|yuzum|yuzu|goz"
        r" kapa[gk]\w*|gozlerim)"
        r" (\w+ ){0,2}(sis(ti|iyor|mis|ik|meye|iyo|tiler|ti)|morar)\w*",
        r"\bher (yer|taraf)(im|i) (\w+ )?(sis(ti|iyor|mis|iyo)|kabar(di|iyor|mis))\w*",
        r"\b(yedi|icti|aldi|ictim|yedim|aldim) (\w+ )?alerji(m|si) var\b|\balerji(m"
        r"|si) var (\w+ ){0,2}"
        r"(yedim|yedi|ictim|icti)\b",
        r"\bari (sok\w*|isir\w*) (\w+ ){0,5}(sis|nefes|bayil|kizar)\w*|\bepipen(i|im|imi"
        r"|ini)\b(?! (yaz|bit|recete|yenile))",
    ),
    Flag.OVERDOSE: (
        r"\basiri doz|\bdoz asimi|\byuksek doz (aldi|almis|ictim)|\bzehirlen",
        rf"\b{_COUNT} (\w+ ){{0,2}}{_PILL}\w* (\w+ )?(ictim|icti|icmis|ictik|ictiler|aldim|aldi"
        rf"|almis"
        r"|yut\w*|icirdi|icmisim)\b",
        r"\bfazla doz|\b(cok|fazla|iki kat|yanlis) (\w+ )?insulin (yap|vur|al)\w*",
        r"\b(ilac|hap)\w* (\w+ )?(hepsini|tamamini|kutusunu|kutuyu|kutunun) (\w+ )?(ic|al"
        r"|yut)(ti|mis|dim|di|tim|tu)",
        r"\b(camasir suyu|deterjan|tuz ruhu|fare zehri|zehir|asit|antifriz|tiner|kolonya"
        r"|benzin)\w* (\w+ )?"
        r"(ic(ti|tim|mis)|yut(tu|tum|mus))",
        r"\bfare zehri (\w+ )?(yedi|yut)|\bpil yut(tu|mus|tum)|\bkarbonmonoksit|\bsoba(dan)? zehir",
    ),
    Flag.INJURY: (
        r"\b(bicakla(ndi|ndim|dilar|n)|vuruld(u|um|ular)|kursun (yedi|yarasi|isabet))\w*"
        r"|\belektrik carp(ti|il)",
        r"\bkafa(sini|mi|yi) (\w+ )?(vurdu|carpti|vurdum|carptim) (\w+ ){0,4}(kus|bayil|kan"
        r"|bilinc)\w*",
        r"\b(cati|balkon|merdiven|pencere|cam)(dan|den) dus(tu|tum|mus)|\b(agir|siddetli|ciddi)"
        r" yan(ik|di)",
        r"\b(kafa|bas)(mi|imi|ini|sini|im|i) (\w+ )?(vur|carp)\w* (\w+ ){0,3}(kus|bayil|don"
        r"|cift)\w*"
        r"|\bdus(tum|tu|mus|up) (\w+ ){0,2}(kafa|bas)\w* (vur|carp)\w*",
        r"\b(araba|kamyon|otobus|motor|motosiklet|minibus|tren|tramvay|taksi) (\w+ )?carpti\b"
        r"|\bkaza"
        r" (yaptik|yaptim|gecirdi[km]?)\b|\btrafik kazasi (gecir|yap)\w*",
        r"\b(kaynar|kizgin|kaynamis|sicak) (su|yag)\w* (\w+ )?dok(ul|tu)\w*|\bkemi(k|gi"
        r"|gim) (\w+ )?disari",
        r"\b(yilan|akrep) (\w+ )?(sok|isir)\w*|\bgoz\w* (\w+ )?(camasir suyu|asit|kimyasal"
        r"|deterjan|tiner"
        r"|kirec|tuz ruhu) (kac|sicra|gel)\w*",
        r"\b(az once|simdi|yeni) (\w+ )?kaza (yaptik|yapti|gecir|oldu)",
    ),
    Flag.EMERGENCY: (
        r"\bambulans|\bacil (bir )?durum|\bimdat|\b(112|155|911|yuz on iki|yuz oniki"
        r"|bir bir iki)( ?yi"
        r"| i)? ara",
        # Without accents "I am dying" is "I become": what one becomes is cut before.
        rf"\b{DYING}\b|\boluyo(m|rum)\b|\bol(mek uzere\w*|ece[gk] gibi\w*|ecegi[mz]"
        rf"|[eu]cem)\b(?! kadar)",
        rf"\b{_KIN} (cok |galiba |su an |resmen )?oluyor\b(?! (mu|mi|ki))|\bhayati tehlike"
        rf"|\bcan (cekis|veriyo)"
        r"|\byardim edin (\w+ )?(ol|nefes)",
        r"\bkurtarin\b|\bbana yardim edin oluyorum|\bkalp masaji|\bacil yardim (edin|lazim"
        r"|gerek)",
    ),
}
