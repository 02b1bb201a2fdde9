/**
 * Writes the fictional practice: `node --import tsx scripts/makeDemo.ts`. The same files come out every time;
 * whoever changes the practice changes scripts/demo/ and runs this.
 */
import { writeFileSync } from 'node:fs';

import { demoFiles } from './demo/files.ts';

for (const [name, text] of Object.entries(demoFiles())) {
  writeFileSync(new URL(`../demo/${name}`, import.meta.url), text);
  console.log(`demo/${name}`);
}
