"""Turkish red flags as people type them in a hurry and as a recogniser writes them down."""

from __future__ import annotations

import re

import pytest

from medcor.domain.dialogue.text import fold
from medcor.domain.triage import Flag, red_flag
from tests.said_lines import labelled

SAID: dict[Flag, str] = {
    Flag.CHEST_PAIN: """
        göğsüme fil oturdu
        göğsümün üstüne fil oturmuş gibi
        göğsümde bir ağırlık var
        göğsüm çok fena ağrıyor
        göğsüme bıçak saplanıyor gibi
        kalbim sıkışıyor sol koluma vuruyor
        göğsümün üstüne taş oturmuş gibi
        göğsümde yanma var terliyorum
        babam kalp krizi geçiriyor galiba
        kalp krizi geçiriyorum geçen yıl da geçirmiştim
        geçen yıl kalp krizi geçirdim şimdi yine aynı
        göğsüm patlayacak gibi
        iman tahtam ağrıyor
        kalbime ağrı girdi
        kalbime bıçak saplandı
        annem göğsünü tutuyor
        gögsüm agrıyor
        kalbim duracak gibi
        göğüste baskı var
        kalp krizi, ilaç işe yaramadı
        göğüs ağrım yok ama nefes alamıyorum
    """,
    Flag.BREATHING: """
        zor nefes alıyorum
        çok zor nefes alıyorum
        güçlükle nefes alıyorum
        nefes alırken zorlanıyorum
        derin nefes alamıyorum
        nefesim çıkmıyor
        nefes alıp veremiyorum
        nefessiz kaldım
        babam nefes almakta zorlanıyor
        nefesim tıkanıyor
        boğazıma yemek kaçtı
        boğazımda kılçık kaldı nefes alamıyorum
        tıkanıyorum yardım edin
        boğulucam
        dudakları mosmor oldu
        astımım tuttu ilaç işe yaramıyor
        hava yetmiyor
        nefes darlığı çekiyorum
        nefez alamıyorum
        burnum şişti boğazım şişti nefes alamıyorum
        burnum kanıyor nefes alamıyorum
        burnum kırıldı galiba nefes alamıyorum
        burnum tıkalı ve ağzımdan da nefes alamıyorum
    """,
    Flag.STROKE: """
        bir tarafım uyuştu
        yüzümün yarısı uyuştu
        ağzı yamuldu
        konuşamıyorum
        annem konuşamıyor
        babamın dili dolaşıyor
        kelimeleri toparlayamıyor
        sağ kolumu kaldıramıyorum
        iki yıl önce felç geçirdi şimdi yine
        iki yıl önce felç geçirdi, şimdi tekrar geçiriyor
        geçen sene felç geçirdim şimdi gene aynısı oluyor
        inme, tedavi lazım hemen
        inme tedavi lazım hemen
        birden gözüm görmez oldu
        bir gözüm görmüyor
        babam beş yıl önce felç geçirdi, şimdi sağ tarafı tutmuyor
        vücudumun yarısı tutmuyor
        yüzü çarpıldı
        yarım tarafım tutmuyor
        sol tarafı felç oldu
        birden dengemi kaybettim
        saçma sapan konuşmaya başladı
        vücudumun sol tarafını hissetmiyorum
    """,
    Flag.PREGNANCY: """
        suyum geldi galiba
        hamileyim kanamam var
        hamileyim düştüm
        altı aylık hamileyim karnım çok ağrıyor
        sancılarım başladı
        doğum başladı
        bebeğim hiç hareket etmiyor
        bebeğin hareketlerini hissetmiyorum
        eşim doğuruyor
        düşük yapıyorum galiba
        hamileyim lekelenmem var
        karım hamile bayıldı
        sancılar beş dakikada bir geliyor
        bebek geliyor ıkınıyorum
    """,
    Flag.BABY: """
        bebeğim uyanmıyor
        bebek tepkisiz yatıyor
        yeni doğan bebeğimin ateşi var
        on günlük bebeğim emmiyor
        bebeğim çok halsiz emmiyor
        kızım pil yuttu
        oğlum çamaşır suyu içti
        kızım bütün haplarımı yutmuş
        oğlum mıknatıs yutmuş
        bebek yataktan düştü kafasını vurdu
        bebeğim birden gevşedi
        20 günlük bebeğim ateşlendi
        bebeğim havale geçiriyor
    """,
    Flag.BLEEDING: """
        kanamayı durduramıyorum
        kan durmuyor bir türlü
        çok kan kaybediyorum
        her yer kan
        her yer kan içinde
        ağzımdan kan geliyor
        ağzından kan boşalıyor
        oluk oluk kan akıyor
        kusmuğumda kan var
        kan kusuyor
        diş çektirdim kanama durmuyor
        burnum iki saattir kanıyor durmuyor
        kan öksürüyorum
        öksürünce kan geliyor
        durmadan kanıyor
        bileğim kesildi
        kolum kesildi çok kanıyor
    """,
    Flag.UNCONSCIOUS: """
        babam yere düştü kalkmıyor
        annem yerde yatıyor cevap vermiyor
        gözlerini açmıyor
        bayılmak üzereyim
        bayılacağım galiba
        bayılıcam
        az önce bayılmışım
        kocam uyanmıyor
        hareketsiz yatıyor
        şuuru kapalı
        bilinci gitti
        sesime tepki vermiyor
        birden yere yığıldı
        baygın yatıyor
        kendine gelmiyor
        Ayşe bayıldı
        Fatma okulda bayıldı
        düştü ayağa kalkamıyor cevap da vermiyor
    """,
    Flag.SEIZURE: """
        nöbet, ilaç işe yaramadı
        nöbet ilaç işe yaramadı
        oğlum nöbet geçiriyor
        geçen ay nöbet geçirdi şimdi yine geçiriyor
        sara krizi tuttu
        epilepsi krizi geçiriyor
        yine nöbet geldi
        nöbeti tuttu
        nöbet başladı
        kızım kasılıyor gözleri kaydı
        titriyor ağzından köpük geliyor
        havale geçirdi az önce
        çırpınıyor yerde
    """,
    Flag.ALLERGY: """
        boğazım şişiyor
        alerjik reaksiyon gösteriyorum
        alerji oldum yüzüm gözüm şişti
        dudağım balon gibi şişti
        arı soktu her yerim şişti
        anafilaktik şok
        fıstık yedim alerjim var
        yüzüm gözüm şişti
        göz kapaklarım şişti
        boğazım daralıyor
        iğne yaptılar dudağım şişti
        dilim şişiyor
        ilaç alerji yaptı her yerim şişiyor
        alerjik reaksiyon, ilaç işe yaramadı
    """,
    Flag.OVERDOSE: """
        yirmi tane parol içtim
        fazla doz aldım
        20 tane hap içtim
        bir kutu parol içtim
        bir şişe ilacı içti
        bütün ilaçlarımı içtim
        çok hap aldım
        çok insülin yaptım
        gaz zehirlenmesi
        sobadan zehirlendik
        30 aspirin yuttum
        elli tane aspirin içti
        mantardan zehirlendik
        on beş tane ağrı kesici içtim
        aşırı dozda ilaç aldı
        kırk tane uyku hapı içtim
        doz aşımı yaptım
        yirmi beş tane hap yuttum
    """,
    Flag.SELF_HARM: """
        yaşamak istemiyorum artık
        artık yaşamak istemiyorum
        canıma kıymak istiyorum
        kendimi öldürücem
        intihar edicem
        kendimi asıcam
        hayat yaşamaya değmez
        yaşamanın anlamı kalmadı
        ölsem de kurtulsam
        kendimi kesiyorum
        bileğimi kesicem
        bütün hapları içip ölmek istiyorum
        yok olmak istiyorum
        kimse beni sevmiyor ölmek istiyorum
        köprüden atlayacağım
        kendimi camdan atıcam
        artık dayanamıyorum yaşamaya
        keşke hiç doğmasaydım
        uyuyup bir daha uyanmamak istiyorum
        bu hayatı bitirmek istiyorum
    """,
    Flag.INJURY: """
        beni bıçakladılar
        silahla vuruldum
        kurşun yedim
        bana araba çarptı
        az önce trafik kazası geçirdik
        kaza yaptık
        merdivenden düştüm kafamı vurdum
        kafamı çarptım kusuyorum
        elektrik çarptı
        kaynar su döküldü üstüme
        üstüme kızgın yağ döküldü
        kemik dışarı çıktı
        yılan soktu
        akrep soktu
        çatıdan düştü
        gözüme çamaşır suyu kaçtı
    """,
    Flag.EMERGENCY: """
        ambulans gönderin
        ambulans lazım acil
        yüz on ikiyi ara
        yüz on iki yi arayın
        112 arayın
        112'yi arayın
        bir bir ikiyi ara
        babam ölüyor
        ölüyorum yardım edin
        imdat yardım edin
        acil yardım edin
        ölücem galiba
        can çekişiyor
        hayati tehlikesi var
        acil durum var
        kurtarın beni
        ölecek gibiyim
        öleceğim galiba
    """,
}
ALARMS = labelled(SAID)
_DOTLESS = str.maketrans({"ı": "i", "ğ": "g", "ş": "s"})


@pytest.mark.parametrize(("said", "flag"), ALARMS, ids=[said for said, _ in ALARMS])
def test_it_is_an_alarm(said, flag):
    assert red_flag(said) is flag
    assert red_flag(fold(said)) is flag
    assert red_flag(said.translate(_DOTLESS)) is flag
    assert red_flag(said.replace("i", "İ").upper()) is flag
    assert red_flag(said.upper()) is flag
    assert red_flag(fold(said).upper()) is flag


@pytest.mark.parametrize(("said", "flag"), ALARMS, ids=[said for said, _ in ALARMS])
def test_it_is_one_without_punctuation(said, flag):
    assert red_flag(re.sub(r"[^\w\s]", "", said)) is flag
    assert red_flag(said.replace("'", "’")) is flag


@pytest.mark.parametrize(("said", "flag"), ALARMS, ids=[said for said, _ in ALARMS])
def test_it_is_one_beside_harmless_words(said, flag):
    assert red_flag(f"merhaba, randevu istiyorum. {said}. teşekkürler") is not None
    assert red_flag(f"merhaba {said} lütfen") is not None
    assert red_flag(f"İki yıl önce felç geçirdim. {said}") is not None


def test_every_flag_has_a_table():
    assert set(SAID) == set(Flag)
    assert all(len(lines.strip().splitlines()) >= 10 for lines in SAID.values())
