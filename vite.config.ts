import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  // Relative addresses: the built site works on any static host, under any sub-path.
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // Monaco and its YAML worker are large on purpose, and are loaded only when the editor is opened.
    chunkSizeWarningLimit: 5000,
  },
})
