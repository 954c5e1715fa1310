import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// Where `npm run dev` finds an API.
const api = process.env.BACKSIGHT_SERVER ?? 'http://127.0.0.1:7080'

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    // The server's content security policy allows no data: URLs.
    assetsInlineLimit: 0,
    // dist/.gitkeep is committed so that the Go package compiles without Node; scripts/clean.mjs
    // empties the rest.
    emptyOutDir: false,
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/graphql': api, '/graphiql': api } },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
})
