import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  // Relative addresses: the built site works on any static host, under any sub-path.
  base: './',
  plugins: [react()],
  // monaco-yaml's worker still names Monaco's files as they lay before 0.56.
  resolve: { alias: [{ find: /^monaco-editor\/esm\/vs\/(.*)\.js$/, replacement: 'monaco-editor/$1' }] },
  // The worker's libraries too are prepared before the first visit, not discovered during it.
  optimizeDeps: {
    entries: ['index.html', 'src/ui/worker/cluster.worker.ts', 'src/ui/editor/editor-panel.tsx', 'src/ui/lesson/lesson-view.tsx'],
  },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // Monaco and its YAML worker are large on purpose, and are loaded only when the editor is opened.
    chunkSizeWarningLimit: 5000,
  },
})
