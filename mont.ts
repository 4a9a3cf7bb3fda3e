import sharp from "sharp";
const [out, ...files] = process.argv.slice(2);
(async () => {
  const w = 520, h = 620;
  const tiles = await Promise.all(files.map(async (f) => sharp(f).extract({ left: 450, top: 50, width: 515, height: 750 }).resize(w, Math.round(750 * w / 515)).png().toBuffer()));
  const H = Math.round(750 * w / 515);
  await sharp({ create: { width: w * files.length, height: H, channels: 3, background: "#fff" } }).composite(tiles.map((input, i) => ({ input, left: i * w, top: 0 }))).png().toFile(out);
})();
