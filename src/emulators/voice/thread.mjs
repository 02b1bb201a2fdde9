// Plain JavaScript on purpose: a thread starts without the TypeScript loader, whoever started the process.
import { tsImport } from 'tsx/esm/api';

await tsImport('./worker.ts', import.meta.url);
