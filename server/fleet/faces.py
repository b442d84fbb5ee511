"""The words at the faces of layouts with three or four buttons; with two, the question's own words stand there."""

from __future__ import annotations

# They answer questions that take yes and no, which all starter questions do.
WORDS = {
    "very-happy": {
        "en": "Yes, very much",
        "pl": "Zdecydowanie tak",
        "it": "Sì, molto",
        "fa": "بله، خیلی",
        "ar": "نعم، كثيرًا",
        "tr": "Evet, çok",
    },
    "happy": {"en": "Yes", "pl": "Tak", "it": "Sì", "fa": "بله", "ar": "نعم", "tr": "Evet"},
    "neutral": {"en": "In part", "pl": "Częściowo", "it": "In parte", "fa": "تا حدی", "ar": "إلى حد ما", "tr": "Kısmen"},
    "unhappy": {"en": "No", "pl": "Nie", "it": "No", "fa": "نه", "ar": "لا", "tr": "Hayır"},
    "very-unhappy": {
        "en": "No, not at all",
        "pl": "Zdecydowanie nie",
        "it": "No, per niente",
        "fa": "نه، اصلاً",
        "ar": "لا، أبدًا",
        "tr": "Hayır, hiç",
    },
}
