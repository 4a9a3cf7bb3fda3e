/** A colour as light: red, green and blue from 0 to 1, in proportion to their energy. */
type Light = readonly [red: number, green: number, blue: number];

const linear = (channel: number): number => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);

/** `#ac92d5` as light. */
const lightOf = (hex: string): Light => {
  const channel = (at: number): number => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [channel(1), channel(3), channel(5)];
};

/** A layer of one grey over a colour, as the editor's page blends them: in proportion to what is written, not to energy. */
export const covered = (hex: string, grey: number, opacity: number): string =>
  `#${[1, 3, 5]
    .map((at) => Math.round(Number.parseInt(hex.slice(at, at + 2), 16) * (1 - opacity) + grey * opacity))
    .map((channel) => channel.toString(16).padStart(2, "0"))
    .join("")}`;

const luminance = ([red, green, blue]: Light): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

/** How far apart in lightness two colours are, from 1 to 21, as WCAG 2 counts it. */
export const contrast = (one: string, other: string): number => {
  const [dark = 0, light = 0] = [one, other].map((hex) => luminance(lightOf(hex))).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

/** Lightness as people perceive it, from 0 to 100 (CIE L*). */
export const lightness = (hex: string): number => 116 * Math.cbrt(luminance(lightOf(hex))) - 16;

type Matrix = readonly [Light, Light, Light];

const times = (matrix: Matrix, [red, green, blue]: Light): [number, number, number] => {
  const row = ([r, g, b]: Light): number => r * red + g * green + b * blue;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
};

/**
 * What people see who lack one kind of cones, and those who lack none. From Machado, Oliveira and Fernandes, "A
 * Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.
 */
export const eyes: Readonly<Record<string, Matrix>> = {
  "with all cones": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "without red cones": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "without green cones": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "without blue cones": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const TO_CONES: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const FROM_CONES: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];

/** The colour in Björn Ottosson's Oklab, where distances are those that people perceive. */
const perceived = (hex: string, eye: Matrix): Light => {
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  const [red, green, blue] = times(eye, lightOf(hex));
  const [long, medium, short] = times(TO_CONES, [within(red), within(green), within(blue)]);
  return times(FROM_CONES, [Math.cbrt(long), Math.cbrt(medium), Math.cbrt(short)]);
};

/** How different two colours look to an eye: about 2 can be told apart side by side, 100 is black and white. */
export const difference = (one: string, other: string, eye: Matrix): number => {
  const [l, a, b] = perceived(one, eye);
  const [m, c, d] = perceived(other, eye);
  return 100 * Math.hypot(l - m, a - c, b - d);
};
