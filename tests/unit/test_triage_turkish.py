"""Turkish red flags: with and without Turkish letters, in a hurry, in other orders of words."""

from __future__ import annotations

import pytest

from medcor.domain.dialogue.text import fold
from medcor.domain.triage import Flag, red_flag
from tests.said_lines import labelled, sentences

SAID: dict[Flag, str] = {
    Flag.CHEST_PAIN: """
        göğsüm ağrıyor
        göğsümde ağrı var
        göğsümde çok kötü bir ağrı var
        ağrı var göğsümde
        göğsüm sıkışıyor
        göğüs ağrım var
        göğüs ağrısı
        göğsümde baskı hissediyorum
        göğsüm yanıyor
        göğsümde bir sıkışma var
        göğsümün ortası ağrıyor
        babamın göğsü ağrıyor
        gogsm agriyo
        gogsum agriyo
        göğsüm daralıyor
        kalp krizi geçiriyorum
        kalp kirizi
        babam kalp krizi geçiriyor
        kalbim sıkışıyor
        kalbim ağrıyor
        kalbi durdu
        kalbimde bir sancı var
        nabzı yok
        göğüs ağrım yok ama başım dönüyor
        temizlik istiyorum, göğsüm de ağrıyor
    """,
    Flag.BREATHING: """
        nefes alamıyorum
        nefes alamiyorum
        nefes alamıyom
        nefes alamiyo
        nefs alamiyorum
        nefes almakta zorlanıyorum
        nefes almakta güçlük çekiyorum
        nefes darlığım var
        nefesim kesiliyor
        nefesim daralıyor
        nefesim yetmiyor
        nefes almıyor
        annem nefes almıyor
        hava alamıyorum
        soluk alamıyorum
        boğuluyorum
        çocuk boğuluyor
        boğazına bir şey kaçtı
        boğazına lokma takıldı
        dudakları morardı
        astım krizi geçiriyor
        burnumdan ve ağzımdan nefes alamıyorum
    """,
    Flag.STROKE: """
        felç geçiriyor
        felc gecirdi
        inme geçiriyor
        inme mi bu
        yüzüm kaydı
        yüzünün bir tarafı kaydı
        yüzüm uyuştu
        ağzı kaydı
        ağzım eğildi
        konuşamıyor
        konuşmakta zorlanıyor
        dili dolanıyor
        sol kolum uyuştu
        sağ tarafım tutmuyor
        sol tarafımı hissetmiyorum
        kolum tutmuyor
        kolunu kaldıramıyor
        bacağımı hissetmiyorum
        birden göremiyorum
        aniden konuşamadı
        beyin kanaması
        hayatımın en şiddetli baş ağrısı
    """,
    Flag.BLEEDING: """
        kanamam durmuyor
        kanama durmuyor
        çok kan var
        çok kanıyor
        çok kanama var
        kan kusuyorum
        kan tükürüyorum
        çok kan kaybettim
        şiddetli kanama
        aşırı kanamam var
        diş çekiminden sonra kanama durmadı
        kan durmuyor
        durmuyor kanama
        kan fışkırıyor
        bileği kesildi
        parmağı koptu
        iç kanama
    """,
    Flag.UNCONSCIOUS: """
        bayıldı
        annem bayıldı
        babam birden bayıldı
        az önce bayıldım
        bayıldım
        bilincini kaybetti
        bilinci kapalı
        bilinci yerinde değil
        uyanmıyor
        uyandıramıyorum
        kendinden geçti
        kendinde değil
        tepki vermiyor
        yere yığıldı
        komaya girdi
    """,
    Flag.SEIZURE: """
        nöbet geçiriyor
        sara nöbeti
        epilepsi nöbeti geçiriyor
        havale geçiriyor
        ağzından köpük geliyor
        çırpınıyor
    """,
    Flag.ALLERGY: """
        alerjik şok
        alerjik reaksiyon geçiriyorum
        anafilaksi
        boğazım şişti
        boğazım kapanıyor
        dilim şişti
        dudaklarım şişiyor
        yüzüm şişti
        arı soktu ve dudağım şişti
    """,
    Flag.OVERDOSE: """
        aşırı doz aldım
        çok ilaç içtim
        çok fazla hap içti
        bir kutu ilaç içtim
        bütün hapları yuttu
        hapların hepsini içti
        zehirlendim
        zehirlendi
        çamaşır suyu içti
        otuz tane uyku ilacı içtim
    """,
    Flag.SELF_HARM: """
        intihar etmek istiyorum
        intihar edeceğim
        ölmek istiyorum
        yaşamak istemiyorum
        kendimi öldürmek istiyorum
        kendimi öldüreceğim
        kendime zarar vermek istiyorum
        canıma kıyacağım
        hayatıma son vereceğim
        kendimi asacağım
        keşke ölsem
        yaşamanın bir anlamı yok
        kendimi balkondan atacağım
        bileklerimi keseceğim
    """,
    Flag.PREGNANCY: """
        hamileyim ve kanamam var
        hamileyim kanama oldu
        gebeyim çok sancım var
        suyum geldi
        doğum sancım başladı
        doğuruyorum
        bebeğim hareket etmiyor
        bebek kıpırdamıyor
        düşük yapıyorum
        karnımdaki bebek oynamıyor
    """,
    Flag.BABY: """
        bebeğim tepki vermiyor
        bebek uyanmıyor
        bebeğim çok gevşek, emmiyor
        yenidoğan bebeğim ateşlendi
        iki haftalık bebeğimin ateşi var
        oğlum pil yuttu
        bebeğim gevşek ve cansız
    """,
    Flag.INJURY: """
        bıçaklandım
        vuruldu
        elektrik çarptı
        balkondan düştü
        kafasını vurdu sonra kustu
        az önce kaza yaptık
    """,
    Flag.EMERGENCY: """
        ambulans çağırın
        ambulas lazım
        acil durum
        bu acil bir durum değil mi, 112'yi ara
        ölüyorum
        babam ölüyor
        ölmek üzere
        imdat
        hayati tehlike
    """,
}
ALARMS = labelled(SAID)
HARMLESS = """
    diş temizliği için randevu almak istiyorum
    dişim ağrıyor
    dişim çok ağrıyor
    başım ağrıyor
    belim ağrıyor
    kan tahlili
    kan tahlili yaptırmak istiyorum
    çok kan tahlili yaptırdım
    kan vermek istiyorum
    kanal tedavisi
    çok kanal tedavisi yaptırdım
    nefes egzersizi randevusu
    nefes testi randevusu
    nefesim kokuyor
    ağız kokusu
    kalp kontrolü
    kalp doktoru
    kalp krizi riski taraması
    geçen yıl kalp krizi geçirdim kontrol istiyorum
    iki yıl önce felç geçirdi
    felç sonrası fizik tedavi
    çocuk felci aşısı
    nöbetçi doktor var mı
    meraktan ölüyorum
    gülmekten ölüyorum
    sabırsızlıktan ölüyorum
    kliniğinize bayıldım
    hizmetinize bayıldım
    bu yüzden sisteme giremedim
    bu yüzden şişe aldım
    göz muayenesi
    burnumdan nefes alamıyorum
    burnum tıkalı nefes alamıyorum
    acil randevu istiyorum
    en erken ne zaman
    acil bir sorum var
    ilaç alıyorum
    çok ilaç kullanıyorum
    ilaç yazdırmak istiyorum
    hamileyim, röntgen çektirebilir miyim
    hamileyim dişim ağrıyor
    bebeğim için randevu
    çocuğumun ateşi var
    dizim şişti
    diş etim şişti
    diş etim biraz kanıyor
    gözüm kızardı
    randevumu iptal edin
    pazartesi gelemem
    ağrısız kanal tedavisi
    penisiline alerjim var
    alerji testi
    kolum kırılmıştı
    kilo vermek istiyorum
    evet
    hayır
    ilk saat olsun
    otobüsten indim
    göğüs hastalıkları doktoru
    göğüs estetiği
    göğüs filmi
    tansiyonum yüksek
    yarın öleceğim kadar yoğunum demedim
    kaçta açılıyorsunuz
"""
CALM = sentences(HARMLESS)


@pytest.mark.parametrize(("said", "flag"), ALARMS, ids=[said for said, _ in ALARMS])
def test_it_is_an_alarm(said, flag):
    assert red_flag(said) is flag
    assert red_flag(fold(said)) is flag
    assert red_flag(said.replace("i", "İ").upper()) is flag
    assert red_flag(f"merhaba randevu istiyorum. {said}. lütfen") is not None


@pytest.mark.parametrize("said", CALM)
def test_it_is_no_alarm(said):
    assert red_flag(said) is None
    assert red_flag(fold(said)) is None


@pytest.mark.parametrize(
    ("first", "second", "flag"),
    [
        ("göğsüm", "çok ağrıyor", Flag.CHEST_PAIN),
        ("nefes", "alamıyorum", Flag.BREATHING),
        ("kanama", "durmuyor", Flag.BLEEDING),
        ("bir kutu ilaç", "içtim", Flag.OVERDOSE),
        ("dişim", "çok ağrıyor", None),
        ("randevu", "almak istiyorum", None),
    ],
)
def test_a_sentence_may_be_cut_over_two_turns(first, second, flag):
    assert red_flag(second, first) is flag


def test_a_very_long_turn_is_read_in_a_moment():
    from time import perf_counter

    began = perf_counter()
    for word in ("kan", "nefes", "gogsum", "bebegim cok", "kolum"):
        red_flag(f"{word} " * 300)
    assert perf_counter() - began < 1.0
