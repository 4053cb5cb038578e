// crate.js PACKAGE - the RO-Crate through the ro-crate library: root, parts, actions.
//
// Fails when the library finds no root, when a part is not a file of the package, or
// when the run and its results cannot be walked; and when it finds them in a crate
// without its root, which shows that it looks.
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict';
const fs = require('fs');
const path = require('path');
const { ROCrate } = require('ro-crate');

function walk(json, folder) {
  const crate = new ROCrate(json, { array: true, link: true });
  const root = crate.rootDataset;
  if (!root || !root.name[0]) throw new Error('no root');
  for (const part of root.hasPart) {
    if (!fs.existsSync(path.join(folder, part['@id']))) throw new Error('no file ' + part['@id']);
  }
  const run = root.mentions.find((one) => one['@type'].includes('CreateAction'));
  if (!run || run.result.length === 0) throw new Error('no run');
  for (const table of run.result) {
    if (!table.contentSize) throw new Error('no size of ' + table['@id']);
  }
  if (!run.agent[0].name[0] || !run.instrument[0].name[0]) throw new Error('no agent or script');
  return root.hasPart.length;
}

const folder = path.join(process.argv[2], 'data');
const json = JSON.parse(fs.readFileSync(path.join(folder, 'ro-crate-metadata.json'), 'utf8'));
const parts = walk(json, folder);
const broken = JSON.parse(JSON.stringify(json));
broken['@graph'] = broken['@graph'].filter((one) => one['@id'] !== './');
let noticed = false;
try {
  walk(broken, folder);
} catch (error) {
  noticed = true;
}
if (!noticed) throw new Error('the library notices no missing root');
console.log(parts + ' parts');
