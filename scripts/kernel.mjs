// Compiles the scanner's kernel (src/trail/scan/assembly) to WebAssembly: npm packages only, no other toolchain.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const FOLDER = fileURLToPath(new URL('../src/trail/scan/assembly/', import.meta.url));

/** The module's bytes; throws with the compiler's own words where a source does not compile. */
export async function compileKernel() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'kernel.ts',
      '-o',
      'kernel.wasm',
      '-O3',
      '--runtime',
      'stub',
      '--noAssert',
      '--enable',
      'simd',
      '--initialMemory',
      '32',
    ],
    {
      readFile: (name) => readFile(join(FOLDER, name), 'utf8').catch(() => null),
      writeFile: (_, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`the scanner's kernel does not compile: ${stderr.toString()}`);
  return binary;
}
