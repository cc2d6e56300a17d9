"""The questions of each type of task, and which answer makes a follow-up come up. Wordings: (English, Russian)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Wording = tuple[str, str]
LARGE_SCALE = 100_000  # a day; from here on growth has to be planned


@dataclass(frozen=True, slots=True)
class Rule:
    """A question; with `follows` it is only asked while `when` holds for the answer to that one."""

    question_id: str
    question_type: Literal["text", "choice", "multiple_choice", "boolean", "number"]
    wording: Wording
    options: Mapping[str, Wording] = field(default_factory=dict)
    is_required: bool = True
    follows: str | None = None
    when: Callable[[Any], bool] | None = None
    minimum: float | None = None
    maximum: float | None = None


NEW_FEATURE = (
    Rule("users", "text", ("Who will use it, and how do they manage today without it?",
                           "Кто будет этим пользоваться и как они обходятся без этого сегодня?")),
    Rule("success", "text", ("How will you see that it works as intended?",
                             "По чему будет видно, что это работает как задумано?")),
    Rule("data", "multiple_choice", ("Which data does it touch?", "С какими данными это связано?"),
         {"personal": ("Personal data", "Персональные данные"), "payment": ("Payment data", "Платёжные данные"),
          "secrets": ("Secrets and keys", "Секреты и ключи"), "internal": ("Internal data only", "Только внутренние"),
          "none": ("None", "Никакие")}),
    Rule("data_protection", "text", ("How long is that data kept, and who may read it?",
                                     "Как долго эти данные хранятся и кто может их читать?"),
         follows="data", when=lambda answer: bool({"personal", "payment", "secrets"} & set(answer))),
    Rule("scale", "number", ("How many requests a day do you expect in the first months?",
                             "Сколько запросов в день ожидается в первые месяцы?"),
         is_required=False, minimum=0, maximum=1e12),
    Rule("growth", "text", ("What happens when that grows tenfold?", "Что будет, когда их станет в десять раз больше?"),
         follows="scale", when=lambda answer: answer >= LARGE_SCALE),
    Rule("external", "boolean", ("Does it depend on a system outside the company?",
                                 "Зависит ли это от системы вне компании?")),
    Rule("external_systems", "text", ("Which systems are these, and what happens when they do not answer?",
                                      "Какие это системы и что происходит, когда они не отвечают?"),
         follows="external", when=lambda answer: answer is True),
    Rule("urgency", "choice", ("When is it needed?", "Когда это нужно?"),
         {"now": ("Within a month", "В течение месяца"), "quarter": ("This quarter", "В этом квартале"),
          "later": ("Later", "Позже")}, is_required=False),
    Rule("first_step", "text", ("What is the smallest part that is already useful?",
                                "Какая наименьшая часть уже принесёт пользу?"),
         follows="urgency", when=lambda answer: answer == "now"),
)  # fmt: skip

MODIFY_EXISTING = (
    Rule("problem", "text", ("What is wrong with how it works today, and who notices?",
                             "Что не так с тем, как это работает сегодня, и кто это замечает?")),
    Rule("compatible", "boolean", ("Must those who use it today go on without any change?",
                                   "Должны ли нынешние пользователи продолжить без всяких изменений?")),
    Rule("migration", "choice", ("How do the old and the new way live side by side?",
                                 "Как старый и новый способ сосуществуют?"),
         {"versions": ("Two versions for a time", "Две версии на время"),
          "switch": ("One switch, invisible outside", "Одно переключение, снаружи незаметное"),
          "flag": ("A flag per user or team", "Флаг для пользователя или команды")},
         follows="compatible", when=lambda answer: answer is True),
    Rule("affected", "text", ("Who has to change something on their side, and by when?",
                              "Кому придётся что-то менять у себя и к какому сроку?"),
         follows="compatible", when=lambda answer: answer is False),
    Rule("rollback", "choice", ("How quickly can the change be taken back?", "Как быстро изменение можно отменить?"),
         {"minutes": ("Within minutes", "За минуты"), "day": ("Within a day", "За день"),
          "never": ("Not at all", "Никак")}),
    Rule("point_of_no_return", "text", ("What is checked before the point of no return?",
                                        "Что проверяется перед точкой невозврата?"),
         follows="rollback", when=lambda answer: answer == "never"),
    Rule("downtime", "number", ("How many minutes of downtime are acceptable?", "Сколько минут простоя допустимо?"),
         is_required=False, minimum=0, maximum=100_000),
)  # fmt: skip

ANALYZE_CURRENT = (
    Rule("aspects", "multiple_choice", ("Which aspects matter?", "Какие стороны важны?"),
         {"performance": ("Performance", "Производительность"), "security": ("Security", "Безопасность"),
          "cost": ("Cost", "Стоимость"), "reliability": ("Reliability", "Надёжность"),
          "maintainability": ("Maintainability", "Поддерживаемость")}),
    Rule("slowest", "number", ("What is the longest acceptable answer time, in milliseconds?",
                               "Какое наибольшее время ответа допустимо, в миллисекундах?"),
         follows="aspects", when=lambda answer: "performance" in answer, minimum=0, maximum=1e9),
    Rule("spending", "number", ("What may it cost a month, in US dollars?",
                                "Сколько это может стоить в месяц, в долларах США?"),
         follows="aspects", when=lambda answer: "cost" in answer, minimum=0, maximum=1e12),
    Rule("threats", "text", ("Against whom is it to be secure, and what would be the worst?",
                             "От кого это нужно защитить и что было бы хуже всего?"),
         follows="aspects", when=lambda answer: "security" in answer),
    Rule("audience", "choice", ("Who is it written for?", "Для кого это пишется?"),
         {"engineers": ("Engineers", "Инженеры"), "management": ("Management", "Руководство"),
          "auditors": ("Auditors", "Аудиторы")}),
    Rule("measured", "boolean", ("Are there measurements already?", "Есть ли уже измерения?")),
    Rule("measurements", "text", ("Which ones, from when, and where are they?", "Какие, от какого числа и где они?"),
         follows="measured", when=lambda answer: answer is True),
    Rule("decision", "text", ("Which decision should the analysis make possible?",
                              "Какое решение должен позволить принять этот анализ?"), is_required=False),
)  # fmt: skip

CATALOG: Mapping[str, tuple[Rule, ...]] = {
    "new_feature": NEW_FEATURE,
    "modify_existing": MODIFY_EXISTING,
    "analyze_current": ANALYZE_CURRENT,
}
