"""More Turkish red flags, written down after the phrases were, to see what they miss."""

from __future__ import annotations

import pytest

from medcor.domain.dialogue.text import fold
from medcor.domain.triage import Flag, red_flag
from tests.said_lines import labelled

HEARD: dict[Flag, str] = {
    Flag.SELF_HARM: """
        ölmek istiyorum artık
        kendime zarar vereceğim
        kendimi öldürmeyi düşünüyorum
        intiharı düşünüyorum
        hayatıma son vermek istiyorum
        yaşamanın anlamı yok
        yaşamak istemiyom
        artık dayanamıyorum ölmek istiyorum
        hayatımı bitireceğim
        kendimi öldürcem
        intihar etmeyi düşünüyorum
        ölmek istiyom
        yaşamaktan bıktım
        hayattan bıktım ölmek istiyorum
        artık yaşamanın anlamı yok
        kendimi asacağım
        bileklerimi kestim
        hap içip ölmek istiyorum
        canıma kıycam
    """,
    Flag.CHEST_PAIN: """
        göğsüm çok kötü sıkışıyor
        göğsümde dayanılmaz bir ağrı var
        göğsümde sıkışma ve terleme var
        kalbim çok ağrıyor
        kalp krizi geçiriyor olabilirim
        babam göğsünü tutup yere düştü
        GÖĞSÜM AĞRIYOR
        geçen yıl kalp krizi geçirdim şimdi göğsüm ağrıyor
        kalbim durcak gibi
        göğsümün sol tarafı ağrıyor
        göğsüm çok sıkışıyor kolum uyuşuyor
        göğsüm sıkışıyo
        kalbim çok hızlı atıyor göğsüm sıkışıyor
        kalp krizi geçiriyom galiba
        nefesim daralıyor göğsüm sıkışıyor
        nefes alırken göğsüm batıyor
        kalbim durdu sandım
        daha önce kalp krizi geçirdim yine oluyor
    """,
    Flag.BREATHING: """
        nefes alamıyor
        nefes almakta çok zorlanıyorum
        nefesim kesildi
        nefes nefese kaldım nefes alamıyorum
        annem boğuluyor
        boğazına bir şey takıldı
        çocuğum nefes alamıyor
        dudakları mor
        dilim şişti nefes alamıyorum
        bebeğim nefes almıyor
        bebeğim morardı
        NEFES ALAMIYORUM
        nefes alamiyorum yardim edin
        nefes alamıyoz
        nefes alamiyom
        nefesim yetmiyor
        annem nefes alamıyor
        eşim nefes alamıyor morardı
        boğazım tıkandı nefes alamıyorum
        bebeğim morarıyor
        bebeğim katıldı nefes almıyor
        dudaklarım şişti nefesim daralıyor
    """,
    Flag.STROKE: """
        yüzünün yarısı düştü
        ağzı eğrildi
        ağzı bir tarafa kaydı
        annem konuşurken kelimeleri söyleyemiyor
        dilim dolanıyor konuşamıyorum
        sol elim ve yüzüm uyuştu
        kolunu kaldıramıyor ağzı kaydı
        gözüm birden karardı göremiyorum
        iki sene önce felç geçirdim şimdi kolum uyuşuyor
        yüzünün bir yanı sarktı
        annemin yüzü kaydı konuşamıyor
        dili tutuldu
        sol kolu tutmuyor
        yürüyemiyor bir tarafı tutmuyor
        sağ ayağım uyuştu hissetmiyorum
        peltek konuşmaya başladı
        beyin kanaması geçiriyor
        felç mi geçiriyorum
        şu an felç geçiriyor
    """,
    Flag.PREGNANCY: """
        suyum geldi doğuruyorum
        hamileyim bebeği hissetmiyorum
        hamileyim çok sancım var
        hamileyim suyum geldi
        bebeğim oynamıyor karnımda
        doğum yapıyorum
    """,
    Flag.BABY: """
        oğlum hapları yutmuş
        bebek hiç uyanmıyor
        bebeğim emmiyor ateşi var
        kızım fazla ilaç içmiş
    """,
    Flag.BLEEDING: """
        kanama bir türlü durmuyor
        dişimi çektirdim kan durmuyor
        çok kanamam var
        ağzım kan doldu
        burnumdan durmadan kan geliyor
        bıçaklandı çok kan var
        ağzından kan geliyor durmuyor
        çok fena kanıyor
        kan durmuyo
        kanamam çok fazla
        dişim çekildi çok kanıyor
        kan kustu
    """,
    Flag.UNCONSCIOUS: """
        babam bayıldı
        annem birden düştü bayıldı
        bilinci kapalı nefes alıyor
        uyandıramıyoruz
        gözünü açmıyor
        elektrik çarptı bayıldı
        babam yere yığıldı
        eşim bayıldı uyanmıyor
        kızım bayıldı
        bayılıyorum
        kendimi kaybediyorum bayılacak gibiyim
        bilinci yok
    """,
    Flag.SEIZURE: """
        oğlum havale geçiriyor
        kızım nöbet geçiriyor
        titriyor kasılıyor ağzı köpürüyor
        geçen ay nöbet geçirdi yine kasılıyor
        oğlumun gözleri kaydı kasıldı
        kızım havale geçiriyor ateşi var
        sara nöbeti geçiriyor
    """,
    Flag.ALLERGY: """
        yüzüm şişti ilaçtan sonra
        boğazım şişti
        alerjik reaksiyon geçiriyorum
        iğneden sonra yüzüm şişti
        ilaç içtim boğazım şişti
        alerjim tuttu boğazım kapanıyor
        geçen yıl alerjik şok geçirdim yine boğazım şişiyor
    """,
    Flag.OVERDOSE: """
        on tane hap içtim
        bir avuç hap yuttum
        çok fazla ilaç aldım
        yanlışlıkla çok ilaç içtim
        deterjan içti
        fazla doz ilaç içtim
        otuz tane aspirin yuttum
        100 tane hap içtim
        bir sürü ilaç içtim
        20 tane parol içtim
        iki kutu ilaç içtim
        ilaçların hepsini içtim
        fare zehri yedi
        çamaşır suyu içtim
        zehirlendim galiba
    """,
    Flag.INJURY: """
        kafasını çarptı kusuyor
        araba çarptı
        camdan düştü
        merdivenden düştü kafası kanıyor
        arabayla kaza yaptık
        vuruldum
        elime elektrik çarptı
    """,
    Flag.EMERGENCY: """
        ambulans çağırır mısınız
        acil ambulans lazım
        112 yi arayın lütfen
        babam ölüyor yardım edin
        BABAM ÖLÜYOR
        cok kotuyum oluyorum
        beni kurtarın
        ambulans
        ambulans yollayın
        acil yardım lazım
        ölüyom
        annem ölüyor
        yardım edin ölüyor
        can veriyor
    """,
}
ALARMS = labelled(HEARD)


@pytest.mark.parametrize(("said", "flag"), ALARMS, ids=[said for said, _ in ALARMS])
def test_it_is_an_alarm(said, flag):
    assert red_flag(said) is flag
    assert red_flag(fold(said)) is flag
    assert red_flag(said.replace("i", "İ").upper()) is flag
    assert red_flag(f"{said}. I had a stroke two years ago.") is not None
