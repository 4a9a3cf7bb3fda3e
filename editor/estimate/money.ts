import { editorLanguage } from "../language";

const formatIn = (language: string | undefined, decimals: number): Intl.NumberFormat =>
  new Intl.NumberFormat(language, {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: Math.min(2, decimals),
    maximumFractionDigits: decimals,
  });

/** Decimals after which four digits that say something are there; two at least, as prices are written. */
const decimalsFor = (dollars: number): number => {
  if (dollars >= 1 || dollars === 0) return 2;
  const whole = Number(dollars.toPrecision(4));
  const leading = -Math.floor(Math.log10(whole));
  return Math.min(20, Math.max(2, leading + 3));
};

/** "$0.0098", "$1.50", in the way of the editor's language. */
export const inDollars = (dollars: number, language: string | undefined = editorLanguage()): string => {
  const decimals = decimalsFor(dollars);
  const rounded = Number(dollars.toFixed(decimals));
  // Zeros at the end say nothing beyond the two that prices have.
  const needed = /\.(\d*?)0*$/.exec(rounded.toFixed(decimals))?.[1]?.length ?? 0;
  return formatIn(language, Math.max(2, needed)).format(rounded);
};
