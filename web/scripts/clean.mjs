// Empties dist except for .gitkeep, which is committed because the Go package embeds dist and must
// compile without Node.
import { readdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
for (const name of await readdir(dist)) {
  if (name !== '.gitkeep') await rm(dist + name, { recursive: true })
}
