// Fills the standard letter with an engine from npm. Usage: node_letter.mjs FOLDER ENGINE, run where they are installed.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder, engine] = process.argv.slice(2);
const require = createRequire(join(process.cwd(), "package.json"));
const template = readFileSync(join(folder, "letter.docx"));
const data = JSON.parse(readFileSync(join(folder, "letter.json"), "utf8"));

const engines = {
  docxtemplater() {
    const PizZip = require("pizzip");
    const Docxtemplater = require("docxtemplater");
    return async () => {
      const document = new Docxtemplater(new PizZip(template), { paragraphLoop: true, linebreaks: true });
      document.render(data);
      return document.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
    };
  },
  "easy-template-x"() {
    const { TemplateHandler } = require("easy-template-x");
    const handler = new TemplateHandler();
    return async () => handler.process(template, data);
  },
};

const fill = engines[engine]();
for (let round = 0; round < 5; round += 1) {
  writeFileSync(join(folder, `${engine}.docx`), await fill());
}
const times = [];
const started = performance.now();
while (performance.now() - started < 5000) {
  const one = performance.now();
  await fill();
  times.push(performance.now() - one);
}
times.sort((a, b) => a - b);
const say = (name, value, unit) => console.log(JSON.stringify({ name: `${engine}: ${name}`, value, unit, aim: "" }));
say("standard letter", times[Math.floor(times.length / 2)].toFixed(1), "ms");
say("standard letter, most memory of the process", (process.resourceUsage().maxRSS / 1024).toFixed(0), "MB");
