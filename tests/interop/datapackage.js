// datapackage.js PACKAGE ROWS - the descriptor and every row through the Data Package library.
//
// Fails when the descriptor is not valid, a value does not cast to its type, a key is
// broken, or a table has another number of rows than ROWS (Python's csv) says; and
// when the library does not notice a word in a number column, which shows that it looks.
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { Package } = require('datapackage');

async function readAll(folder, relations) {
  const dataPackage = await Package.load(path.join(folder, 'datapackage.json'), {
    basePath: folder,
    strict: true,
  });
  if (!dataPackage.valid) throw new Error(dataPackage.errors.map(String).join('\n'));
  const rows = {};
  for (const resource of dataPackage.resources) {
    if (!resource.tabular) throw new Error(resource.name + ' is not tabular');
    rows[resource.name] = (await resource.read({ relations })).length;
  }
  return rows;
}

async function noticesDamage(folder) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'cordon-interop-'));
  try {
    fs.cpSync(folder, copy, { recursive: true });
    const descriptor = JSON.parse(fs.readFileSync(path.join(copy, 'datapackage.json'), 'utf8'));
    const resource = descriptor.resources.find((one) =>
      one.schema.fields.some((field) => ['integer', 'number'].includes(field.type)));
    const file = path.join(copy, resource.path);
    const width = resource.schema.fields.length;
    fs.appendFileSync(file, Array(width).fill('abc').join(',') + '\n'); // keys are not looked at
    await readAll(copy, false);
    return false;
  } catch (error) {
    return true;
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
}

async function main() {
  const folder = path.join(process.argv[2], 'data');
  const expected = JSON.parse(fs.readFileSync(process.argv[3], 'utf8'));
  const found = await readAll(folder, true);
  for (const name of Object.keys(expected)) {
    if (found[name] !== expected[name]) {
      throw new Error(`${name}: ${found[name]} rows, Python's csv has ${expected[name]}`);
    }
  }
  if (Object.keys(found).length !== Object.keys(expected).length) throw new Error('resources differ');
  if (!(await noticesDamage(folder))) throw new Error('the library notices no damage');
}

main().catch((error) => {
  console.error(error.errors ? error.errors.map(String).join('\n') : error);
  process.exit(1);
});
