"""What sounds like an emergency in Turkish and is none."""

from __future__ import annotations

import re

import pytest

from medcor.domain.dialogue.text import fold
from medcor.domain.triage import red_flag
from tests.said_lines import labelled

CALM: dict[str, str] = {
    "long ago": """
        geçen yıl kalp krizi geçirdim kontrol için randevu istiyorum
        Geçen yıl kalp krizi geçirdim, kontrol için randevu istiyorum
        iki yıl önce felç geçirdim, kontrole gelmek istiyorum
        iki yıl önce felç geçirdim kontrole gelmek istiyorum
        iki yıl önce felç geçirdim şimdi iyiyim
        2019'da kalp krizi geçirdim
        çocukken havale geçirmiş
        üç sene önce nöbet geçirmiştim
        babam geçen sene inme geçirdi implant yapılır mı
        geçen ay düşük yaptım kontrol istiyorum
        felci iki yıl önce geçirdim
        kalp krizini 2018'de geçirdim
        iki yıl önce bayılmıştım
        beş yıl önce alerjik reaksiyon geçirmiştim
        geçen yıl felç geçirdim bugün gelebilir miyim
        geçen yıl kalp krizi geçirdim şimdi diş çektirebilir miyim
        geçen yıl kalp krizi geçirdim, şu an ilaç kullanıyorum
        geçen yıl kalp krizi geçirdim yine size gelmek istiyorum
        iki yıl önce inme geçirdi şimdi yürüyor
    """,
    "looked after": """
        felç rehabilitasyonu
        felç sonrası fizik tedavi randevusu
        felç tedavisi için randevu
        yüz felci tedavisi
        inme tedavisi kontrolü
        inme riskim var mı
        kalp krizi riski testi
        kalp krizi nasıl önlenir
        kalp krizini nasıl önlerim
        inmeyi önlemek için ne yapmalıyım
        nöbet ilacımı yazdırmak istiyorum
        nöbet ilacım bitti
        epilepsi ilacım bitti
        nöbetçi eczane
        bugün kim nöbetçi
        bugün hangi doktor nöbet tutuyor
        babam felçli eve doktor gelir mi
        göğüs filmi için randevu
        göğüs röntgeni
        göğüs cerrahisi randevusu
        kan tahlili sonucum
        kan değerlerim
        kan grubum sıfır
        kan sulandırıcı kullanıyorum
        nefes testi
        çocuk felci aşısı
    """,
    "denied": """
        göğüs ağrım yok
        nefes darlığım yok
        göğsümde ağrı yok
        kanamam yok
        nefes almakta zorlanmıyorum
        hiç kalp krizi geçirmedim
        hiç nöbet geçirmedim
        felç geçirmedim
        acil bir durum yok
        acil durum değil
        bayılmadım
    """,
    "figures of speech": """
        açlıktan ölüyorum
        yorgunluktan ölüyorum
        gülmekten öldük
        fiyatlara bayıldım
        kliniğinize bayıldım
        kızım size bayıldı
        çocuklar buraya bayılıyor
        fiyatı görünce kalp krizi geçirdim
        fiyatı duyunca bayıldım
        işten ölüyorum
    """,
    "only alike": """
        ilaç alerjim var, randevu istiyorum
        ilaç alerjim var randevu istiyorum
        fıstığa alerjim var
        alerji testi yaptırmak istiyorum
        alerjim var hangi doktora gideyim
        randevu nasıl oluyor
        ne zaman oluyor
        saat kaçta oluyor
        muayene nasıl oluyor
        ne oluyor
        ağrı oluyor bazen
        ameliyat oluyorum yarın
        babam muayene oluyor
        hasta oluyorum sık sık
        iyi oluyor
        burnum tıkalı nefes alamıyorum
        burnum tıkalı, nefes alamıyorum
        burnumdan zor nefes alıyorum
        burnumdan nefes almakta zorlanıyorum
        nefes alamıyorum burnumdan
        nefesim kötü kokuyor
        dişim kırıldı
        kolum kırıldı
        iğneden sonra dudağım uyuştu
        dolgudan sonra yüzüm uyuştu
        iğne yüzünden yüzüm uyuştu
        diş iğnesinden sonra yanağım uyuşuk
        uyuşma ne zaman geçer
        otobüsten indim
        acil randevu istiyorum
        acil diş hekimi var mı
        acil durum kişisi olarak eşimi yazın
        günde iki tablet içiyorum
        iki parol içtim dişim ağrıyor
        20 mg ilaç içtim
        bir kutu ilaç yazdırmak istiyorum
        diş etim fırçalarken kanıyor
        hamileyim kontrol randevusu
        bebeğim için randevu
        pazartesi konuşamam
        şu an konuşamıyorum işteyim
        ingilizce konuşamıyorum
        telefonda konuşamıyorum
        bu yıl içinde
        kanal tedavisi çok ağrıyor mu
        doz ne kadar
        düşük fiyat var mı
        fiyatlar düştü mü
        dişim düştü
        112 numaralı oda
        yüz on iki lira mı
        on beş lira mı
        sınavım var bu hafta gelemem
        ambulans şoförüyüm
        iki tarafım da ağrıyor
        diş tarafım uyuşuk değil
        implant tutmuyor mu
        kartım geçmiyor
    """,
    "all day long": """
        bana yarın için randevu verin
        göğüs hastalıklarından randevu
        göğüs cerrahı var mı
        kalp doktorundan randevu
        kalp ilacı kullanıyorum
        kalp hastasıyım diş çekilir mi
        tansiyon hastasıyım
        hamileyim diş çekilir mi
        bebeğimin aşısı için randevu
        burnum tıkalı
        nezleyim
        boğazım ağrıyor
        başım ağrıyor
        dişim zonkluyor
        diş etim kanıyor
        dişimi fırçalarken kan geliyor
        implant randevusu
        kolum ağrıyor
        bacağım ağrıyor
        kanal tedavisi ne kadar
        doktor ne zaman uygun oluyor
        randevum ne zaman oluyor
        ücret ne kadar oluyor
        babam için randevu
        annem yarın gelecek
        annem hasta oluyor sık sık
        ilacımı yazdırmak istiyorum
        ilaç raporum bitti
        bir kutu antibiyotik kullandım
        günde on tane ilaç kullanıyorum
        alerjim var penisiline
        polen alerjim var
        yüzüme botoks
        yüz germe
        dudak dolgusu
        dudağım kuru
        dilimde yara var
        dilim yandı çaydan
        çayla dilimi yaktım
        ağzım kokuyor
        ağzımda yara var
        gözüm bozuk
        gözüm kaşınıyor
        gözlük muayenesi
        uzağı göremiyorum göz muayenesi
        kulağım tıkalı
        kulağım tıkandı
        trafikte kaldım
        arabam bozuldu gelemiyorum
        kaza sigortası
        düşük ücret
        dolar düştü
        dolgum düştü
        köprüm düştü
        kaplamam düştü
        bu gün olmaz
        kaç para tutuyor
        göğüs estetiği ne kadar tutuyor
        telefonum kapandı
        sistemden atıldım
        bağlantı koptu
        sesim gelmiyor mu
        cevap vermiyorsunuz
        kliniğiniz cevap vermiyor
        telefona cevap vermiyor
        ölçü aldırmak istiyorum
        ölçüm ne zaman
        yaşım elli
        yüz lira mı
        bir tarafım çürük
        bir taraftan ağrıyor
        sağ tarafta diş ağrısı
        sol tarafım ağrıyor dişim
        ağrı kesici aldım
        iki tane ağrı kesici içtim
        iki gündür dişim ağrıyor
        20 gün önce dolgu yaptırdım
        30 tane diş
        yirmi yaş dişi
        yirmi yaş dişim için ilaç aldım
        on gün önce ilaç aldım
        nöbetteyim yarın gelirim
        bu gece nöbetim var gelemem
        hastane nöbetindeyim
        sancım yok
        gaz sancısı
        karnım ağrıyor
        midem ağrıyor
        yanlış gün aldım
        çok fazla bekledim
        tekrar arar mısınız
        yine ben
        hayatım boyunca dişçiye gitmedim
        hayat pahalı
        bugün göğüs filmi çekildi
        göğüs kanseri taraması
        kalp çarpıntısı için randevu
        kalp pilim var
        nefes borusu
        burnum akıyor
        burun estetiği
        burnumdan ameliyat oldum
        kan verdim bugün
        kan ilacı kullanıyorum
        ağzımdan diş çekildi
        diş çekiminden sonra biraz kan normal mi
        kanama ne kadar sürer
        felç geçiren hastalara bakıyor musunuz
        kalp krizi geçirenler implant yaptırabilir mi
        yıllar önce havale geçirmiş
        epilepsi hastasıyım
        sara hastasıyım
        bir dakika
        iki dakika sonra geliyorum
        bebek geliyor muayeneye
        bebeğim geliyor benimle
        bebeğimin ateşi düştü
        ateşim düştü
        düşük doz
        düşük tansiyon
        doz nedir
        insülin kullanıyorum
        hap kullanıyorum
        on tane randevu
        yirmi tane hasta
        otuz yaşındayım
        elli lira aldım
        kırk yaşındayım ilaç alıyorum
        ilaç aldım eczaneden
        bayılırım size
        bayram tatili
        sıcaktan bayılıyorum
        yere düştü telefonum
        telefonum yere düştü açılmıyor
        gözümü açamıyorum uykusuzum
        uyuyamıyorum
        uyanamadım randevuya
        sabah uyanamıyorum
        kalkamadım sabah
        kızım yürümüyor daha bir yaşında
        bebeğim konuşmuyor
        çocuğum konuşamıyor konuşma terapisi
        yarın konuşalım
        oluyor mu
        olur mu
        öğlen oluyor mu
        öğretmenim
        ölçü
        ölü diş
        dişim öldü mü
        diş ölmüş
        kaza raporu
        araba park yeri
        elektrik kesildi
        kapıya kafamı vurdum
        yardım eder misiniz
        yardım lazım randevu almak için
        bana yardım edin randevu alamıyorum
        acil diş ağrım var
        acil dolgu
        acil mi bilmiyorum
        hayat kurtardınız
        canım yanıyor
        canım acıyor
        çok kötüyüm dişim ağrıyor
        dayanamıyorum diş ağrısına
        artık dayanamıyorum dişim çok ağrıyor
    """,
}
CASES = [said for said, _ in labelled(CALM)]


@pytest.mark.parametrize("said", CASES)
def test_it_is_no_alarm(said):
    assert red_flag(said) is None
    assert red_flag(fold(said)) is None
    assert red_flag(said.replace("i", "İ").upper()) is None
    assert red_flag(f"Merhaba. {said}. Teşekkürler!") is None


@pytest.mark.parametrize("said", CASES)
def test_it_is_none_without_punctuation(said):
    assert red_flag(re.sub(r"[^\w\s]", " ", said)) is None
