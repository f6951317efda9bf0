# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What invented cities are made of: names, titles, units, and the files that are the same in each."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FEMALE = _words("""
    Ayşe Şükran Iraz Çiğdem Ümmühan İpek Öykü Hâle Fatma Elif Zeynep Merve Büşra Gülşen Nurcan Emine Hatice Esra
    Tuğba Pınar Selin Derya Yasemin Rabia Songül Sibel Müjde Leyla Jale Perihan Aslıhan Nihal Damla Feyza Gamze Dilek
    Cemile Sevgi Figen Gönül Nazlı Vildan Aynur Havva Gülay Nuray Rukiye Melike Sinem Ebru Şule Aysel Bahar Ceyda Defne
    Ece Filiz Gizem Hülya Irmak İrem Kadriye Lale Meltem Nermin Oya Özlem Reyhan Saadet Tülay Ülkü Yeliz Zerrin Şeyma
    Kübra Sude Nigâr Ilgın Begüm Canan
""")
MALE = _words("""
    Mehmet Şükrü Işıkhan Çağrı Ümit İsmail Özgür Kâmil Ahmet Mustafa Hüseyin Hasan Ali İbrahim Gökhan Barış Burak
    Oğuzhan Uğur Serkan Orhan Nejat Halil Tolga Fikret Levent Kerem Ozan Yusuf Deniz Rıdvan Bekir Volkan Haluk Tarık
    Adem Furkan Ömer Engin Kadir Ufuk Tahsin Onur Zeki Cemal Hakan Süleyman Ulaş Kenan Gürkan Murat Veli Nevzat
    Cengiz Dursun İdris Hamza Şaban Recai Yakup Metin Eyüp Ferhat Sıddık Bünyamin Arda Cihan Doğan Erdem Fuat Güven
    Ilgaz İlker Koray Lütfi Mazhar Necati Oktay Rüştü Sinan
""")
FAMILY = _words("""
    Yılmaz Işık Çelik Öztürk Şahin Ünver İnce Demir Kaya Doğan Kılıç Aydın Özdemir Arslan Koç Kurt Polat Keskin Güler
    Arıkan Uysal Yücel Öğüt Akgün Aydıner Şimşek Bayraktar Özgür Çağlayan Üstün Duman Toprak Balcı Akça Karadağ Uçar
    Erkmen Doğru Yavuzer Sezgin Buğday Güneş Kocaman Çınar Ölçer Kızılırmak Çakır Bilgin Kuş Güzel Çetin Aslan Gündoğdu
    Gökdemir Irgat Yeşilyurt Başaran Tamer Örs Süer Ilgaz Güçlü Bağcı Taşkın Demirci Çevik Özbek Kayalı Akağaç Çolak
    Sağlam Aytaç Yörük Yaprak Ekinci Korukçu Selvi Gül Çiçek Otlu Bahçeci Temizel Duru Çöl Paksoy Güçer Sürücü Kocabıyık
    Işıtan Gürpınar Aksakal Çoban Yiğit Karaca Ünlüer Özgül Karamanlıoğlu Hacımustafaefendioğlu Altınışık Yalçınkaya
    Topal Işıldak Erdem Çamlıbel Ilıcalı Öztoprak Uğurlu Büyükbaş Tunç Gökçe Çiftçi Avcı Sönmez Dinç Taşdemir Bozkurt
    Ersöz Yıldırım Türkoğlu Sarı Durmaz Korkmaz Ateş Kara Bulut Aksu Bakırcı Cevahir Değirmenci Ergün Fındık Gümüş
    Helvacı İpekçi Kahraman Lâçin Mutlu Narin Odabaşı Pekcan Rençber Saraçoğlu Tezcan Uluğ Vardar Yazıcı Zengin
    Müftüoğlu Ağaçlı Boğaç
""")

DIRECTORATES = (
    ("ozel-kalem", "Özel Kalem Müdürlüğü"),
    ("yazi-isleri", "Yazı İşleri Müdürlüğü"),
    ("insan-kaynaklari", "İnsan Kaynakları ve Eğitim Müdürlüğü"),
    ("mali-hizmetler", "Mali Hizmetler Müdürlüğü"),
    ("hukuk-isleri", "Hukuk İşleri Müdürlüğü"),
    ("bilgi-islem", "Bilgi İşlem Müdürlüğü"),
    ("zabita", "Zabıta Müdürlüğü"),
    ("kultur", "Kültür ve Sosyal İşler Müdürlüğü"),
    ("imar", "İmar ve Şehircilik Müdürlüğü"),
    ("fen-isleri", "Fen İşleri Müdürlüğü"),
    ("park-bahceler", "Park ve Bahçeler Müdürlüğü"),
    ("temizlik-isleri", "Temizlik İşleri Müdürlüğü"),
    ("emlak", "Emlak ve İstimlak Müdürlüğü"),
    ("destek", "Destek Hizmetleri Müdürlüğü"),
    ("ruhsat", "Ruhsat ve Denetim Müdürlüğü"),
    ("veteriner", "Veteriner İşleri Müdürlüğü"),
    ("ulasim", "Ulaşım Hizmetleri Müdürlüğü"),
    ("iklim", "İklim Değişikliği ve Sıfır Atık Müdürlüğü"),
)
PARTS = (
    ("idari", "İdari İşler Servisi"),
    ("evrak", "Evrak Servisi"),
    ("plan", "Planlama Şefliği"),
    ("saha", "Saha Hizmetleri Şefliği"),
    ("denetim", "Denetim Şefliği"),
    ("destek", "Destek Servisi"),
    ("proje", "Etüt ve Proje Servisi"),
    ("butce", "Bütçe Servisi"),
)
STREETS = ("Cumhuriyet Meydanı", "İstasyon Caddesi", "Çınarlı Sokak", "Gül Sokak", "Şehit Öğretmen Caddesi")

TITLES = {
    "mudur": ("Müdür", "Müdür Vekili", "Şef"),
    "uzman": ("Uzman", "Mühendis", "Mimar", "Avukat", "Şehir Plancısı"),
    "memur": ("Memur", "Veznedar", "Bilgisayar İşletmeni", "Veri Hazırlama ve Kontrol İşletmeni", "Tekniker"),
    "saha": ("Şoför", "Zabıta Memuru", "Bahçıvan", "İş Makinesi Operatörü", "Tahsildar"),
    "stajyer": ("Stajyer",),
}
CLASSES = ("uzman", "memur", "memur", "saha", "saha", "stajyer")
"""How often each class is drawn; ``mudur`` comes with leading a unit."""
ROLES = ("ebys.kullanici", "ebys.imza", "ebys.yonetici", "mis.okur", "mis.onay", "cbs.goruntuleyici", "cbs.editor")

TOPICS = ("VPN kullanıcıları", "Afet kurulu", "Proje ekibi", "Ortak klasör", "Denetim kurulu", "Yazıcı kullananlar")
"""What groups are for."""

STATIC = {
    "access": """access_classes:
  - {code: mudur, name: Yönetici, roles: [ebys.imza, mis.okur]}
  - {code: uzman, name: Uzman personel, roles: [ebys.kullanici, mis.okur]}
  - {code: memur, name: Memur, roles: [ebys.kullanici]}
  - {code: saha, name: Saha personeli}
  - {code: stajyer, name: Stajyer}
""",
    "applications": """applications:
  - code: ebys
    name: Elektronik Belge Yönetim Sistemi
    roles:
      - {code: kullanici, name: Belge hazırlayan}
      - {code: imza, name: İmzalayan, includes: [kullanici]}
      - {code: yonetici, name: EBYS yöneticisi, includes: [kullanici]}
  - code: mis
    name: Belediye Yönetim Bilgi Sistemi
    roles:
      - {code: okur, name: Görüntüleyen}
      - {code: onay, name: Onaylayan, includes: [okur]}
  - code: cbs
    name: Coğrafi Bilgi Sistemi
    roles:
      - {code: goruntuleyici, name: Görüntüleyen}
      - {code: editor, name: Düzenleyen, includes: [goruntuleyici]}
""",
    "servers": """servers:
  - {name: dc1, site: yer-0, address: 192.0.2.10, services: [directory]}
""",
}
