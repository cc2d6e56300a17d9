/** The chosen language and colours, and numbers, money and times as that language writes them. */

import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { en, type Words } from "./en";

export type Language = "en" | "ru";
export type Theme = "system" | "light" | "dark";

const LANGUAGE = "assistant.language";
const THEME = "assistant.theme";

interface Appearance {
  language: Language;
  theme: Theme;
  words: Words;
  choose: (change: { language?: Language; theme?: Theme }) => void;
  /** What the account says, in a browser where nothing was chosen yet. */
  adopt: (stored: { language?: Language; theme?: Theme }) => void;
}

const AppearanceContext = createContext<Appearance | null>(null);

/** What was chosen in this browser, else what the browser asks for. */
export function firstLanguage(stored: string | null, wanted: readonly string[]): Language {
  if (stored === "en" || stored === "ru") return stored;
  return wanted.some((language) => language.toLowerCase().startsWith("ru")) ? "ru" : "en";
}

export function AppearanceProvider({ children }: { children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState(() => firstLanguage(localStorage.getItem(LANGUAGE), navigator.languages));
  const [theme, setTheme] = useState<Theme>(() => (localStorage.getItem(THEME) as Theme | null) ?? "system");
  const [russian, setRussian] = useState<Words | null>(null);

  const show = async (wanted: Language): Promise<void> => {
    if (wanted === "ru") setRussian((await import("./ru")).ru); // the page stays as it is until the words are here
    setLanguage(wanted);
  };
  useEffect(() => {
    document.documentElement.lang = language;
    if (language === "ru") void import("./ru").then(({ ru }) => setRussian(ru));
  }, [language]);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);

  const value = useMemo<Appearance>(
    () => ({
      language,
      theme,
      adopt: (stored) => {
        // The defaults of an account that never chose say nothing about its owner.
        if (stored.language === "ru" && !localStorage.getItem(LANGUAGE)) void show("ru");
        if (stored.theme && stored.theme !== "system" && !localStorage.getItem(THEME)) setTheme(stored.theme);
      },
      words: (language === "ru" && russian) || en,
      choose: (change) => {
        if (change.language) {
          localStorage.setItem(LANGUAGE, change.language);
          void show(change.language);
        }
        if (change.theme) {
          localStorage.setItem(THEME, change.theme);
          setTheme(change.theme);
        }
      },
    }),
    [language, theme, russian],
  );
  if (language === "ru" && !russian) return null; // a moment, instead of a flash of English
  return (
    <I18nProvider locale={language}>
      <AppearanceContext value={value}>{children}</AppearanceContext>
    </I18nProvider>
  );
}

export function useAppearance(): Appearance {
  const appearance = useContext(AppearanceContext);
  if (!appearance) throw new Error("useAppearance is used outside of its provider");
  return appearance;
}

export const useWords = (): Words => useAppearance().words;

/** The words of one page, which come with it instead of with the first load. */
export function usePageWords<Own>(own: { en: Own; ru: Own }): Own {
  return own[useAppearance().language];
}

export interface Formats {
  money: (dollars: number) => string;
  number: (value: number, digits?: number) => string;
  percent: (value: number) => string;
  day: (iso: string) => string;
  moment: (iso: string) => string;
  ago: (iso: string, now?: number) => string;
  seconds: (seconds: number) => string;
}

export function makeFormats(language: Language, words: Words): Formats {
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const whole = new Intl.NumberFormat(language);
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return {
    // Calls cost fractions of a cent: the smaller the amount, the more digits it needs to say anything.
    money: (dollars) => {
      const size = Math.abs(dollars);
      const digits = size === 0 || size >= 1 ? 2 : size >= 0.01 ? 4 : 6;
      return new Intl.NumberFormat(language, {
        style: "currency",
        currency: "USD",
        currencyDisplay: "narrowSymbol",
        minimumFractionDigits: 2,
        maximumFractionDigits: digits,
      }).format(dollars);
    },
    number: (value, digits = 0) =>
      digits === 0 ? whole.format(Math.round(value)) : value.toLocaleString(language, { maximumFractionDigits: digits }),
    percent: (value) => (value / 100).toLocaleString(language, { style: "percent", maximumFractionDigits: value < 10 ? 1 : 0 }),
    day: (iso) => day.format(new Date(iso)),
    moment: (iso) => moment.format(new Date(iso)),
    ago: (iso, now = Date.now()) => {
      const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
      const size = Math.abs(seconds);
      if (size < 60) return relative.format(Math.min(seconds, 0), "second");
      if (size < 3600) return relative.format(Math.trunc(seconds / 60), "minute");
      if (size < 86_400) return relative.format(Math.trunc(seconds / 3600), "hour");
      return relative.format(Math.trunc(seconds / 86_400), "day");
    },
    seconds: (seconds) => {
      const rounded = Math.max(0, Math.round(seconds));
      if (rounded < 90) return words.format.seconds(rounded);
      const minutes = Math.round(rounded / 60);
      if (minutes < 90) return words.format.minutes(minutes);
      return words.format.hours(Math.floor(minutes / 60), minutes % 60);
    },
  };
}

export function useFormats(): Formats {
  const { language, words } = useAppearance();
  return useMemo(() => makeFormats(language, words), [language, words]);
}
