"""The questions that depend on what the search found, in both languages."""

SOURCES = {
    "en": "Which of these documents should it build on? None chosen means: all that matches.",
    "ru": "На какие из этих документов опираться? Если не выбрать, то на все подходящие.",
}
BACKGROUND = {
    "en": "The search found nothing on this. What should a reader know that is not written down yet?",
    "ru": "Поиск ничего об этом не нашёл. Что нужно знать читателю, чего пока нигде не записано?",
}
SUBJECT = {
    "modify_existing": {
        "en": "What is to be changed?",
        "ru": "Что именно меняется?",
    },
    "analyze_current": {
        "en": "What is to be analysed?",
        "ru": "Что именно анализируется?",
    },
}
OTHER = {"en": "Something else", "ru": "Другое"}
