"""The clear rule that refuses a wording that asks who somebody is: words for a name, or for a way to reach a person.

The rule looks at words, not at meaning. It may refuse a harmless sentence that holds one of them; that sentence can be said
otherwise. It does not replace reading a question before it is activated.
"""

from __future__ import annotations

import re

# Beginnings of words, each at a word's start; a `$` ends a word that is short enough to begin others.
STEMS = {
    "": ("e-?mail", "mail$", "@", "https?:", "whatsapp", "instagram", "telegram", "id$"),
    "en": (
        *(
            "name$",
            "names$",
            "surname",
            "phone$",
            "phones",
            "telephone",
            "mobile",
            "address",
            "birth",
            "passport",
            "identity",
            "password",
        ),
        *("card number", "customer number", "member number", "loyalty", "postcode", "zip code", "signature", "contact details"),
    ),
    "pl": (
        *("imię$", "imieni", "nazwisk", "telefon", "komórk", "adres", "urodz", "pesel", "dowod", "dowód", "paszport"),
        *("numer klienta", "numer karty", "tożsamoś", "hasł", "podpis"),
    ),
    "it": (
        *("nome$", "nomi$", "cognom", "telefon", "cellular", "indirizz", "nascita", "codice fiscale", "passaporto", "identità"),
        *("numero cliente", "numero di tessera", "tessera", "firma$", "password"),
    ),
    "fa": (
        *(
            "نام$",
            "نامتان",
            "نامت$",
            "اسم",
            "نام خانوادگی",
            "فامیل",
            "تلفن",
            "موبایل",
            "همراهتان",
            "شماره",
            "ایمیل",
            "رایانامه",
        ),
        *("نشانی", "آدرس", "تولد", "کد ملی", "کدملی", "شناسنامه", "گذرنامه", "هویت", "امضا"),
    ),
    "ar": (
        *(
            "اسم",
            "كنية",
            "لقب",
            "هاتف",
            "جوال",
            "موبايل",
            "رقم",
            "بريد",
            "ايميل",
            "إيميل",
            "عنوان",
            "ميلاد",
            "هوية",
            "جواز سفر",
        ),
        *("توقيع",),
    ),
    "tr": (
        *(
            "ad$",
            "adın$",
            "adınız",
            "adınızı",
            "isim",
            "ismi",
            "soyad",
            "soyisim",
            "telefon",
            "cep numara",
            "numaran",
            "e-posta",
            "eposta",
        ),
        *("adres", "doğum", "kimli", "pasaport", "imza", "müşteri no", "şifre"),
    ),
}
# Arabic writes "and", "by", "for" and "the" onto the word.
BEFORE = {"ar": "(?:و|ف)?(?:ب|ل|ك)?(?:ال|ل)?"}


def identity_word(text: str, language: str) -> str:
    """The word by which a text asks who somebody is, or "" where it holds none."""
    for stem in (*STEMS[""], *STEMS.get(language, ())):
        body = f"{re.escape(stem[:-1])}(?!\\w)" if stem.endswith("$") else f"{stem}\\w*"
        found = re.search(rf"(?<!\w){BEFORE.get(language, '')}{body}", text, re.IGNORECASE)
        if found:
            return found[0]
    return ""
