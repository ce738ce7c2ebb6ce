// Compares a compiled twin with verdicts from a file: node twin.cjs FOLDER NAME CASES
//
// FOLDER/NAME_js is what circom2 wrote. Each line of CASES is {"accept": true or false, "values": {"name": "decimal"}};
// 
// numbers in a name, as in "input 0 child 3 1", are places in lists: that is input_child[0][3][1]. The last line says how many cases agreed; the exit code
// is 1 when any did not.
"use strict";
const fs = require("fs");
const path = require("path");

const KEYWORDS = new Set(["signal"]);

function inputs(values) {
  const tree = {};
  for (const [label, value] of Object.entries(values)) {
    const words = label.split(" ");
    const name = words.filter((word) => !/^[0-9]+$/.test(word)).join("_");
    const places = words.filter((word) => /^[0-9]+$/.test(word));
    const own = KEYWORDS.has(name) ? name + "_" : name;
    if (places.length === 0) {
      tree[own] = value;
      continue;
    }
    let list = (tree[own] ??= []);
    places.slice(0, -1).forEach((place) => (list = list[Number(place)] ??= []));
    list[Number(places.at(-1))] = value;
  }
  return tree;
}

async function main() {
  const [folder, name, cases] = process.argv.slice(2);
  const built = path.resolve(folder, `${name}_js`);
  const makeCalculator = require(path.join(built, "witness_calculator.js"));
  const calculator = await makeCalculator(fs.readFileSync(path.join(built, `${name}.wasm`)));
  // The calculator prints the place of every failed assertion; a refusal is an expected answer here.
  console.error = () => {};
  let agreed = 0;
  let accepted = 0;
  const lines = fs.readFileSync(cases, "utf8").split("\n").filter((line) => line !== "");
  for (const [index, line] of lines.entries()) {
    const { accept, values } = JSON.parse(line);
    let satisfied = true;
    let reason = "";
    try {
      const witness = await calculator.calculateWTNSBin(inputs(values), true);
      if (index === 0) fs.writeFileSync(path.join(folder, `${name}.wtns`), witness);
    } catch (error) {
      satisfied = false;
      reason = String(error.message);
      // Anything but a failed constraint is a mistake of this script or of the twin.
      if (!/Assert Failed/.test(reason)) {
        console.log(`case ${index}: ${reason}`);
        process.exit(1);
      }
    }
    if (satisfied === accept) agreed += 1;
    else console.log(`case ${index}: twin ${satisfied}, statement ${accept} ${reason}`);
    accepted += satisfied ? 1 : 0;
  }
  console.log(`${agreed} of ${lines.length} agreed, ${accepted} accepted`);
  process.exit(agreed === lines.length && lines.length > 0 ? 0 : 1);
}

main();
