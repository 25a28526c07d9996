import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** What is worth compressing, and from how many bytes on. */
const COMPRESSIBLE = /\.(js|css|svg|json)$/;
const LARGE = 1_024;

/** Writes each asset also compressed, so that the server has nothing to do but send it. */
const compressed = {
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir }, bundle) {
    for (const [fileName, output] of Object.entries(bundle)) {
      const content = output.type === 'chunk' ? output.code : output.source;
      if (!COMPRESSIBLE.test(fileName) || content.length < LARGE) continue;
      const path = join(dir, fileName);
      writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [zlib.BROTLI_PARAM_QUALITY]: 7 } }));
      writeFileSync(`${path}.gz`, gzipSync(content));
    }
  },
};

export default defineConfig({
  base: '/console/',
  plugins: [react(), compressed],
  // The workspace has other versions of React, for programs of the terminal.
  resolve: { dedupe: ['react', 'react-dom'] },
  build: {
    outDir: 'site',
    // Everything is a file of its own: the policy of the page allows nothing inline.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { proxy: { '^/(?!console)': 'http://127.0.0.1:3000' } },
});
